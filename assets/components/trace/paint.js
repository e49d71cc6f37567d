// Painting the paper, the signal and what stands around them: every function takes a 2d context, the geometry and what to
// show; nothing here keeps state but the grid.

/** The paper, drawn once a scale and then shifted by whole device pixels, so that its lines stay sharp and still. */
class Grid {
  paint(ctx, geometry, startS, colours, scale) {
    const { paper, pxPerS, pxPerMv } = geometry;
    const time = gridSteps(TIME_STEPS, pxPerS, 9);
    const period = time.bold * pxPerS;
    const key = [paper.w, paper.h, paper.y, pxPerS, pxPerMv, geometry.zeroY[0], scale, colours.paper.background].join();
    if (key !== this.key) {
      this.key = key;
      this.tile = this.draw(geometry, time, period, colours, scale);
    }
    const shift = Math.round((((startS / time.bold) % 1) + 1) % 1 * period * scale);
    const [w, h] = [Math.round(paper.w * scale), Math.round(paper.h * scale)];
    ctx.drawImage(this.tile, shift, 0, w, h, paper.x, paper.y, w / scale, h / scale);
  }

  draw({ paper, pxPerS, pxPerMv, zeroY }, time, period, colours, scale) {
    const tile = document.createElement("canvas");
    tile.width = Math.ceil((paper.w + period) * scale) + 1;
    tile.height = Math.max(1, Math.round(paper.h * scale));
    const ctx = tile.getContext("2d", { alpha: false });
    ctx.fillStyle = colours.paper.background;
    ctx.fillRect(0, 0, tile.width, tile.height);
    const voltage = gridSteps(MV_STEPS, pxPerMv, 10);
    const thin = Math.max(1, Math.round(scale * 0.75));
    const lines = (step, unit, first, length, vertical, colour) => {
      ctx.fillStyle = colour;
      const pitch = step * unit * scale;
      for (let k = -Math.floor(first / pitch); ; k++) {
        const at = Math.round(first + k * pitch);
        if (at > length) break;
        if (vertical) ctx.fillRect(at, 0, thin, tile.height);
        else ctx.fillRect(0, at, tile.width, thin);
      }
    };
    const zero = (zeroY[0] - paper.y) * scale;
    for (const [kind, colour] of [["fine", colours.paper.fine], ["bold", colours.paper.bold]]) {
      if (time[kind]) lines(time[kind], pxPerS, 0, tile.width, true, colour);
      if (voltage[kind]) lines(voltage[kind], pxPerMv, zero, tile.height, false, colour);
    }
    return tile;
  }
}

/** One lead: a line through every sample where there is room, else a column from minimum to maximum in each pixel. */
function strokeLead(ctx, lead, signal, geometry, i, fromS, toS, scale) {
  const from = Math.max(0, Math.floor(fromS * signal.fs) - 1);
  const to = Math.min(lead.length, Math.ceil(toS * signal.fs) + 2);
  const axes = {
    x0: geometry.xOf(0),
    dx: geometry.pxPerS / signal.fs,
    y0: geometry.zeroY[i],
    dy: -geometry.pxPerMv * lead.stepMv,
  };
  const perPixel = signal.fs / (geometry.pxPerS * scale);
  if (perPixel < 4 && lead.has(from, to)) strokeSamples(ctx, lead, from, to, axes, scale);
  else fillColumns(ctx, lead, from, to, axes, 2 ** Math.max(0, Math.floor(Math.log2(perPixel))), scale);
}

function strokeSamples(ctx, lead, from, to, { x0, dx, y0, dy }, scale) {
  const path = new Path2D();
  let pen = false;
  for (let k = from; k < to; k++) {
    const value = lead.at(k);
    if (value === GAP) {
      pen = false;
      continue;
    }
    const x = x0 + k * dx;
    const y = y0 + value * dy;
    if (pen) path.lineTo(x, y);
    else {
      path.moveTo(x, y);
      path.lineTo(x + 0.01, y); // a sample alone between gaps is a point
      pen = true;
    }
  }
  strokeThin(ctx, path, scale);
}

/**
 * Stroke about 1.3 px wide. Without a graphics processor a line of at most one device pixel costs 1 ms where a wider one
 * costs 30, so where pixels are large, two hairlines side by side make the width.
 */
function strokeThin(ctx, path, scale) {
  ctx.lineJoin = "bevel";
  if (scale > 1.3) {
    ctx.lineWidth = 1.3;
    ctx.stroke(path);
    return;
  }
  ctx.lineWidth = 1 / scale;
  ctx.stroke(path);
  ctx.translate(0.3, 0.3);
  ctx.stroke(path);
  ctx.translate(-0.3, -0.3);
}

/** Bins start at multiples of their size, so the same samples fall together wherever the window starts. */
function fillColumns(ctx, lead, from, to, { x0, dx, y0, dy }, bin, scale) {
  const thin = 1.25;
  let [column, low, high] = [NaN, 0, 0]; // of the pixel column being gathered
  let [lastLow, lastHigh] = [NaN, NaN]; // of the column before it
  const flush = () => {
    if (Number.isNaN(column)) return;
    // A column reaches to its neighbour, as the line between them would.
    const bottom = lastHigh < low ? lastHigh : low;
    const top = lastLow > high ? lastLow : high;
    ctx.fillRect(column / scale, y0 + top * dy - thin / 2, 1 / scale, (bottom - top) * dy + thin);
    [lastLow, lastHigh] = [low, high];
  };
  for (let k = from - (from % bin); k < to; k += bin) {
    const [binLow, binHigh] = lead.range(k, k + bin);
    const at = Math.round((x0 + (k + bin / 2) * dx) * scale);
    if (binLow > binHigh) {
      flush();
      [column, lastLow, lastHigh] = [NaN, NaN, NaN];
    } else if (at === column) {
      low = Math.min(low, binLow);
      high = Math.max(high, binHigh);
    } else {
      flush();
      [column, low, high] = [at, binLow, binHigh];
    }
  }
  flush();
}

function paintSignal(ctx, signal, geometry, colours, fromS, toS, scale) {
  ctx.strokeStyle = ctx.fillStyle = colours.paper.ink;
  for (const [i, lead] of signal.leads.entries()) strokeLead(ctx, lead, signal, geometry, i, fromS, toS, scale);
}

/** Lead names and the calibration pulse: 1 mV high, 0.2 s long. */
function paintGutter(ctx, signal, labels, geometry, colours) {
  const { paper, pxPerMv, pxPerS } = geometry;
  ctx.textAlign = "left";
  for (const [i, lead] of signal.leads.entries()) {
    const middle = Math.min(Math.max(geometry.zeroY[i], geometry.laneY[i] + 26), geometry.laneY[i] + geometry.lane - 8);
    ctx.font = `600 12px ${colours.font}`;
    ctx.fillStyle = colours.text;
    ctx.textBaseline = "alphabetic";
    ctx.fillText(lead.name, 0, geometry.laneY[i] + 14, paper.x - 6);
    if (pxPerMv > 7 && pxPerMv < geometry.lane) {
      const length = Math.min(Math.max(pxPerS * 0.2, 5), 18);
      const foot = Math.min(middle, geometry.laneY[i] + geometry.lane - 2);
      const top = foot - pxPerMv;
      ctx.strokeStyle = colours.muted;
      ctx.lineWidth = 1.25;
      ctx.beginPath();
      const right = paper.x - 8;
      ctx.moveTo(right - length - 8, foot);
      ctx.lineTo(right - length - 4, foot);
      ctx.lineTo(right - length - 4, top);
      ctx.lineTo(right - 4, top);
      ctx.lineTo(right - 4, foot);
      ctx.lineTo(right, foot);
      ctx.stroke();
      if (i === 0) {
        ctx.font = `10px ${colours.font}`;
        ctx.fillStyle = colours.muted;
        ctx.fillText("1 mV", 0, (foot + top) / 2 + 4, right - length - 10);
      }
    }
  }
  ctx.font = `11px ${colours.font}`;
  ctx.fillStyle = colours.muted;
  ctx.textBaseline = "middle";
  // The mark of a beat on the left edge reaches 11 pixels out of the paper.
  for (const [r, row] of labels.rows.entries()) ctx.fillText(row.name, 0, r * ROW + ROW / 2 + 1, paper.x - 12);
}

function paintAxis(ctx, geometry, view, colours) {
  const { paper, axisY, pxPerS } = geometry;
  const step = LABEL_STEPS.find((candidate) => candidate * pxPerS >= 66) ?? LABEL_STEPS.at(-1);
  const digits = step < 1 ? 1 : 0;
  ctx.font = `11px ${colours.font}`;
  ctx.fillStyle = colours.muted;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (let k = Math.ceil(view.startS / step - 1e-9); k * step <= view.startS + view.windowS + 1e-9; k++) {
    const x = geometry.xOf(k * step);
    ctx.fillRect(Math.round(x), axisY, 1, 4);
    const half = ctx.measureText(formatTime(k * step, digits)).width / 2;
    ctx.fillText(formatTime(k * step, digits), Math.min(x, paper.x + paper.w - half), axisY + 15);
  }
}
