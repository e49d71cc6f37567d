// Painting: every function takes a 2d context, the geometry and what to show; nothing here keeps state but the grid.

const GUTTER = 58; // px left of the paper: lead names, the calibration pulse, names of the label rows
const ROW = 22; // px of one row of beat labels
const RHYTHM = 20;
const AXIS = 20;
const TIME_STEPS = [0.04, 0.2, 1, 5, 10, 60, 300, 600, 3600];
const LABEL_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 21600];
const MV_STEPS = [0.1, 0.5, 1, 5, 10, 50];
const GAINS = [20, 10, 5, 2.5, 1, 0.5, 0.1];

/** Where everything is, in CSS pixels, for a canvas of this width. */
function layOut(width, signal, labels, view, gain, height, leastHeight = 0) {
  const gutter = width < 520 ? 44 : GUTTER;
  const paperWidth = Math.max(40, width - gutter - 1);
  const mm = Math.max(paperWidth / 250, 2.4); // 25 mm/s in the 10 s window; a narrow screen gets less than 25 mm/s
  const n = signal.leads.length;
  const laneMm = n === 1 ? 60 : 45;
  const least = n <= 2 ? 120 : 64;
  const rowsHeight = labels.rows.length * ROW + (labels.rows.length ? 4 : 0);
  const rhythmHeight = labels.rhythms.text.length ? RHYTHM : 0;
  const usual = Math.min(Math.max(laneMm * mm, least), Math.max(least, 480 / n));
  const lane = height ? height / n : Math.max(usual, (leastHeight - rowsHeight - rhythmHeight - AXIS) / n);
  const mmPerMv = gain ?? fittingGain(signal, lane / mm);
  const pxPerMv = mmPerMv * mm;
  const boldPx = pxPerMv * gridSteps(MV_STEPS, pxPerMv, 10).bold;
  const paper = { x: gutter, y: rowsHeight, w: paperWidth, h: Math.round(lane * n) };
  return {
    width,
    height: paper.y + paper.h + rhythmHeight + AXIS,
    paper,
    mm,
    mmPerMv,
    pxPerMv,
    mmPerS: paperWidth / view.windowS / mm,
    pxPerS: paperWidth / view.windowS,
    rhythmY: paper.y + paper.h,
    axisY: paper.y + paper.h + rhythmHeight,
    // Each lead's zero lies on a bold line, as near to its share of the paper as that allows.
    zeroY: signal.leads.map((lead, i) => {
      const wanted = (i + 0.5) * lane + lead.centreMv * pxPerMv;
      return paper.y + Math.round(wanted / boldPx) * boldPx;
    }),
    laneY: signal.leads.map((_, i) => paper.y + i * lane),
    lane,
    xOf: (s) => gutter + ((s - view.startS) * paperWidth) / view.windowS,
    timeAt: (x) => view.startS + ((x - gutter) * view.windowS) / paperWidth,
  };
}

/** 10 mm/mV where every lead fits into its lane with it, else the largest gain that does. */
function fittingGain(signal, laneMm) {
  const span = Math.max(...signal.leads.map((lead) => lead.spanMv), 0.1);
  const room = signal.leads.length <= 2 ? 1.1 : 0.85; // many lanes are low, and a zero may lie off its lane's middle
  return GAINS.find((gain) => gain <= 10 && gain * span <= laneMm * room) ?? GAINS.at(-1);
}

function gridSteps(steps, pxPerUnit, boldPx) {
  const at = steps.findIndex((step) => step * pxPerUnit >= boldPx);
  const k = Math.max(1, at < 0 ? steps.length - 1 : at);
  return { bold: steps[k], fine: steps[k - 1] * pxPerUnit >= 2.6 ? steps[k - 1] : null };
}

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
  for (const [r, row] of labels.rows.entries()) ctx.fillText(row.name, 0, r * ROW + ROW / 2 + 1, paper.x - 6);
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

/** The shape of a class about (x, y); `size` is half of its height. */
function tracePath(ctx, shape, x, y, size) {
  ctx.beginPath();
  if (shape === "circle") ctx.arc(x, y, size * 0.9, 0, 7);
  else if (shape === "square") ctx.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7);
  else if (shape === "diamond") polygon(ctx, [x, y - size * 1.15, x + size * 1.15, y, x, y + size * 1.15, x - size * 1.15, y]);
  else {
    const up = shape === "triangle-up" ? 1 : -1;
    polygon(ctx, [x, y - up * size, x + size * 1.05, y + up * size * 0.8, x - size * 1.05, y + up * size * 0.8]);
  }
}

function polygon(ctx, points) {
  ctx.moveTo(points[0], points[1]);
  for (let k = 2; k < points.length; k += 2) ctx.lineTo(points[k], points[k + 1]);
  ctx.closePath();
}

/** One row of beat labels: mark and letter, marks alone where beats are close, columns where they are closer still. */
function paintRow(ctx, row, r, signal, geometry, view, colours, { state, ringed }) {
  const { paper } = geometry;
  const from = Math.max(0, lowerBound(row.sample, view.startS * signal.fs) - 1);
  const to = Math.min(row.length, lowerBound(row.sample, (view.startS + view.windowS) * signal.fs) + 1);
  const pitch = paper.w / Math.max(1, to - from - 2);
  const y = r * ROW + ROW / 2 + 1;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const pass of pitch < 9 ? [0, 1] : [0]) {
    for (let i = from; i < to; i++) {
      const symbol = row.symbol(i);
      const x = geometry.xOf(row.sample[i] / signal.fs);
      if (symbol === "+" || x < paper.x - 6 || x > paper.x + paper.w + 6) continue;
      const known = state(r, row.sample[i]);
      if (known === "hidden") continue;
      const colour = colours.classes[symbol];
      if (pitch < 9) {
        if (pass === (symbol === "N" ? 1 : 0)) continue;
        ctx.fillStyle = known === "pending" ? colours.muted : (colour ?? colours.other);
        ctx.fillRect(Math.round(x), y - 7, Math.max(1, Math.min(3, pitch * 0.6)), 14);
        if (pitch > 4 && ringed(r, i)) ring(ctx, x + 1, y, 5, colours);
        continue;
      }
      const differs = ringed(r, i);
      const size = pitch < 16 ? 3.4 : 4.4;
      const letter = pitch >= 24;
      const markX = letter ? x - 6 : x;
      if (known === "pending") {
        ctx.strokeStyle = colours.muted;
        ctx.lineWidth = 1.2;
        ctx.beginPath();
        ctx.arc(x, y, 3, 0, 7);
        ctx.stroke();
        continue;
      }
      if (colour) {
        ctx.fillStyle = colour;
        tracePath(ctx, colours.marks[symbol], markX, y, size);
        ctx.fill();
      }
      if (differs) ring(ctx, markX, y, size + 3.6, colours);
      if (letter || !colour) {
        ctx.font = `${colour && symbol !== "N" ? 600 : 400} 12px ${colours.font}`;
        ctx.fillStyle = colour ? colours.text : colours.otherText;
        if (colour) ctx.fillText(symbol, markX + size + (differs ? 7 : 4), y + 0.5);
        else {
          ctx.textAlign = "center";
          ctx.fillText(symbol, x, y + 0.5);
          ctx.textAlign = "left";
        }
      }
    }
  }
}

function ring(ctx, x, y, radius, colours) {
  ctx.strokeStyle = colours.text;
  ctx.lineWidth = 1.4;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 7);
  ctx.stroke();
}

/** The rhythms as a band under the paper; each name stays in view for as long as its rhythm does. */
function paintRhythms(ctx, labels, signal, geometry, view, colours, untilS) {
  const { sample, text } = labels.rhythms;
  const { paper, rhythmY } = geometry;
  const end = Math.min(view.startS + view.windowS, untilS);
  const first = Math.max(0, labels.rhythmAt(view.startS * signal.fs));
  ctx.font = `11px ${colours.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (let i = first; i < text.length && sample[i] / signal.fs < end; i++) {
    const left = Math.max(paper.x, geometry.xOf(sample[i] / signal.fs));
    const stop = i + 1 < text.length ? sample[i + 1] / signal.fs : signal.durationS;
    const right = Math.min(paper.x + paper.w, geometry.xOf(Math.min(stop, end)));
    if (right - left < 2 || !text[i].trim()) continue;
    ctx.fillStyle = text[i].startsWith("(N") ? colours.band : colours.bandStrong;
    ctx.fillRect(left, rhythmY + 3, right - left - 1, RHYTHM - 5);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, rhythmY, right - left - 2, RHYTHM);
    ctx.clip();
    ctx.fillStyle = colours.text;
    if (right - left > 26) ctx.fillText(labels.rhythmName(i), left + 5, rhythmY + RHYTHM / 2 + 1);
    ctx.restore();
  }
}
