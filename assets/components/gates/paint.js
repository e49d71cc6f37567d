// The figure: the segment and, on the same time axis, what the cell did at every step. Nothing here keeps state.

const G_LEFT = 62;
const G_RIGHT = 30;
const G_MARKS = 20;
const G_GAP = 9;

/** Where everything is, in CSS pixels. */
function layOutGates(inside, width) {
  const plot = { x: G_LEFT, w: Math.max(80, width - G_LEFT - G_RIGHT) };
  const lanes = [];
  let y = 0;
  const lane = (kind, row, height, gap = G_GAP) => {
    lanes.push({ kind, row, y, h: height });
    y += height + gap;
  };
  lane("marks", null, G_MARKS, 0);
  lane("segment", null, 104, inside.saliency ? 2 : G_GAP);
  if (inside.saliency) lane("saliency", null, 30);
  if (inside.channels.length > 2) lane("rhythm", null, 34);
  lane("map", "x", Math.min(Math.max(inside.n_features * 2.5, 24), 40));
  const each = Math.min(Math.max(inside.units * 2.5, 60), inside.rows.length > 4 ? 72 : 84);
  for (const row of inside.rows) lane("map", row, each);
  lane("chances", null, 84, 2);
  lane("axis", null, 20, 0);
  const perSample = plot.w / inside.nShown;
  const perStep = perSample * inside.step_stride;
  return {
    width, height: y, plot, lanes, perSample, perStep,
    xOf: (sample) => plot.x + sample * perSample,
    xOfStep: (step) => plot.x + step * perStep,
    stepAt: (x) => Math.min(Math.max(Math.floor((x - plot.x) / perStep), 0), inside.n_steps - 1),
    sampleAt: (x) => (x - plot.x) / perSample,
    laneAt: (y_) => lanes.find((one) => y_ >= one.y && y_ < one.y + one.h) ?? null,
    top: lanes[1].y,
    bottom: lanes.at(-2).y + lanes.at(-2).h,
  };
}

const laneOf = (geometry, kind, row = null) => geometry.lanes.find((lane) => lane.kind === kind && lane.row === row);

/** The picture of one heat map, one pixel a cell. */
function drawMap(inside, row, order, tables) {
  const count = inside.count(row);
  const canvas = document.createElement("canvas");
  canvas.width = inside.n_steps;
  canvas.height = count;
  const ctx = canvas.getContext("2d");
  const image = ctx.createImageData(inside.n_steps, count);
  const [low, high] = inside.range(row);
  const table = low < 0 ? tables.state : tables.gate;
  const places = row === "x" ? Array.from({ length: count }, (_, k) => k) : order;
  const { data } = image;
  const source = row === "x" ? inside.features : inside.values;
  const start = row === "x" ? 0 : inside.start(row);
  const scale = 255 / (high - low);
  const shift = -low * scale;
  for (let place = 0, pixel = 0; place < count; place++) {
    for (let t = 0, from = start + places[place]; t < inside.n_steps; t++, from += count, pixel += 4) {
      const level = Math.min(Math.max(Math.round(source[from] * scale + shift), 0), 255) * 3;
      data[pixel] = table[level];
      data[pixel + 1] = table[level + 1];
      data[pixel + 2] = table[level + 2];
      data[pixel + 3] = 255;
    }
  }
  ctx.putImageData(image, 0, 0);
  return canvas;
}

function paintGates(ctx, inside, geometry, colours, text, maps) {
  const { plot } = geometry;
  ctx.font = `12px ${colours.font}`;
  ctx.textBaseline = "middle";
  paintSegment(ctx, inside, geometry, colours);
  if (inside.saliency) paintSaliency(ctx, inside, geometry, colours, text);
  if (inside.channels.length > 2) paintRhythmChannels(ctx, inside, geometry, colours, text);
  ctx.imageSmoothingEnabled = false;
  for (const lane of geometry.lanes) {
    if (lane.kind !== "map") continue;
    ctx.drawImage(maps.get(lane.row), plot.x, lane.y, plot.w, lane.h);
    nameLane(ctx, lane, colours, face(lane.row), true);
  }
  paintChances(ctx, inside, geometry, colours);
  paintPadding(ctx, inside, geometry, colours, text);
  paintTimeAxis(ctx, inside, geometry, colours);
}

function nameLane(ctx, lane, colours, words, strong = false) {
  ctx.fillStyle = strong ? colours.text : colours.muted;
  ctx.font = strong ? `italic 600 15px ${colours.font}` : `11px ${colours.font}`;
  ctx.textAlign = "right";
  ctx.fillText(words, G_LEFT - 8, lane.y + lane.h / 2);
  ctx.font = `12px ${colours.font}`;
}

function linePath(ctx, n, x, y) {
  ctx.beginPath();
  for (let i = 0; i < n; i++) {
    if (i === 0) ctx.moveTo(x(i), y(i));
    else ctx.lineTo(x(i), y(i));
  }
}

function paintSegment(ctx, inside, geometry, colours) {
  const { plot, xOf } = geometry;
  const lane = laneOf(geometry, "segment");
  ctx.fillStyle = colours.paper.background;
  ctx.fillRect(plot.x, lane.y, plot.w, lane.h);
  const bigBox = 0.2 * inside.fs; // bold lines of ECG paper
  for (const [step, colour] of [[bigBox / 5, colours.paper.fine], [bigBox, colours.paper.bold]]) {
    ctx.fillStyle = colour;
    for (let s = inside.r_sample % step; s < inside.nShown; s += step) ctx.fillRect(Math.round(xOf(s)), lane.y, 1, lane.h);
  }
  const n = inside.n_samples;
  const lead = inside.segment;
  let [low, high] = [0, 0];
  for (let i = 0; i < inside.length; i++) {
    low = Math.min(low, lead[i]);
    high = Math.max(high, lead[i]);
  }
  const yOf = (value) => lane.y + lane.h - 8 - ((value - low) / Math.max(high - low, 1e-6)) * (lane.h - 16);
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.x, lane.y, plot.w, lane.h);
  ctx.clip();
  if (inside.channels.length > 1) {
    let [from, to] = [0, n - 1];
    while (from < n && lead[n + from] === 0) from++;
    while (to > from && lead[n + to] === 0) to--;
    ctx.strokeStyle = colours.muted;
    ctx.setLineDash([3, 3]);
    // The typical beat: the second channel is the lead less it.
    linePath(ctx, to - from + 1, (i) => xOf(from + i), (i) => yOf(lead[from + i] - lead[n + from + i]));
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.strokeStyle = colours.paper.ink;
  ctx.lineWidth = 1.3;
  ctx.lineJoin = "round";
  linePath(ctx, inside.length, (i) => xOf(i), (i) => yOf(lead[i]));
  ctx.stroke();
  ctx.lineWidth = 1;
  ctx.restore();
  nameLane(ctx, lane, colours, inside.lead);
  const marks = laneOf(geometry, "marks");
  ctx.textAlign = "center";
  for (const { sample, symbol, chosen } of inside.marks) {
    ctx.fillStyle = colours.classes[symbol] ?? colours.muted;
    ctx.font = chosen ? `700 15px ${colours.font}` : `12px ${colours.font}`;
    ctx.fillText(symbol || "·", xOf(sample), marks.y + marks.h / 2);
    if (chosen) {
      ctx.fillStyle = colours.muted;
      ctx.fillRect(Math.round(xOf(sample)), lane.y, 1, 6);
    }
  }
  ctx.font = `12px ${colours.font}`;
}

/** Above the middle: hiding it costs the class probability; below: it speaks against the class. */
function paintSaliency(ctx, inside, geometry, colours, text) {
  const { xOf } = geometry;
  const lane = laneOf(geometry, "saliency");
  const middle = lane.y + lane.h / 2;
  let largest = 0.02;
  for (const value of inside.saliency) largest = Math.max(largest, Math.abs(value));
  const colour = colours.classes[inside.classes[inside.saliency_label]];
  const width = Math.max(geometry.perSample, 0.5);
  for (let i = 0; i < inside.length; i++) {
    const h = (inside.saliency[i] / largest) * (lane.h / 2 - 1);
    ctx.fillStyle = h >= 0 ? colour : colours.muted;
    ctx.fillRect(xOf(i), h >= 0 ? middle - h : middle, width + 0.3, Math.abs(h));
  }
  ctx.fillStyle = colours.line;
  ctx.fillRect(geometry.plot.x, Math.round(middle), geometry.plot.w, 1);
  nameLane(ctx, lane, colours, text.moved);
}

function paintRhythmChannels(ctx, inside, geometry, colours, text) {
  const { xOf, plot } = geometry;
  const lane = laneOf(geometry, "rhythm");
  const n = inside.n_samples;
  ctx.fillStyle = colours.line;
  ctx.fillRect(plot.x, Math.round(lane.y + lane.h / 2), plot.w, 1);
  const yOf = (value) => lane.y + lane.h / 2 - Math.min(Math.max(value, -1), 1) * (lane.h / 2 - 1);
  for (const [channel, dash, strong, scale] of [[4, [], false, 1 / 3], [3, [2, 3], true, 1], [2, [], true, 1]]) {
    ctx.strokeStyle = strong ? colours.text : colours.muted;
    ctx.setLineDash(dash);
    linePath(ctx, n, (i) => xOf(i), (i) => yOf(scale * inside.segment[channel * n + i]));
    ctx.stroke();
  }
  ctx.setLineDash([]);
  nameLane(ctx, lane, colours, text.rhythm);
}

function paintChances(ctx, inside, geometry, colours) {
  const { plot, xOfStep, perStep } = geometry;
  const lane = laneOf(geometry, "chances");
  ctx.fillStyle = colours.band;
  ctx.fillRect(plot.x, lane.y, plot.w, lane.h);
  const yOf = (p) => lane.y + lane.h - 3 - p * (lane.h - 6);
  ctx.fillStyle = colours.line;
  ctx.fillRect(plot.x, Math.round(yOf(0.5)), plot.w, 1);
  const draw = (from, k, alpha, dash) => {
    ctx.strokeStyle = colours.classes[inside.classes[k]];
    ctx.globalAlpha = alpha;
    ctx.setLineDash(dash);
    linePath(ctx, inside.n_steps, (t) => xOfStep(t) + perStep / 2, (t) => yOf(inside.probability(t, k, from)));
    ctx.stroke();
  };
  ctx.lineWidth = 1.6;
  const last = inside.readout_step;
  const labels = [];
  inside.classes.forEach((symbol, k) => {
    if (inside.baseline) draw(inside.baseline, k, 0.55, [2, 3]);
    draw(inside.probabilities, k, 1, []);
    labels.push({ symbol, y: yOf(inside.probability(inside.n_steps - 1, k)) });
  });
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
  ctx.lineWidth = 1;
  // Letters at the right ends, pushed apart where lines end together.
  labels.sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + 12);
  const over = labels.at(-1).y - (lane.y + lane.h - 4);
  if (over > 0) for (let i = labels.length - 1, y = lane.y + lane.h - 4; i >= 0; i--, y -= 12) labels[i].y = Math.min(labels[i].y, y);
  ctx.textAlign = "left";
  ctx.font = `600 12px ${colours.font}`;
  for (const { symbol, y } of labels) {
    ctx.fillStyle = colours.classes[symbol];
    ctx.fillText(symbol, plot.x + plot.w + 6, y);
  }
  ctx.font = `12px ${colours.font}`;
  nameLane(ctx, lane, colours, "P");
  ctx.font = `10px ${colours.font}`;
  ctx.textAlign = "right";
  for (const p of [0, 1]) ctx.fillText(String(p), plot.x - 4, yOf(p) + (p ? 2 : -2));
  ctx.font = `12px ${colours.font}`;
  ctx.strokeStyle = colours.text;
  ctx.setLineDash([4, 3]);
  ctx.beginPath();
  const x = Math.round(xOfStep(last) + perStep / 2) + 0.5;
  ctx.moveTo(x, lane.y);
  ctx.lineTo(x, lane.y + lane.h);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** The segment has ended here: steps from now on read zeros. */
function paintPadding(ctx, inside, geometry, colours, text) {
  const from = geometry.xOf(inside.length);
  const to = geometry.plot.x + geometry.plot.w;
  if (to - from < 2) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, geometry.top, to - from, geometry.bottom - geometry.top);
  ctx.clip();
  ctx.strokeStyle = colours.hatch;
  ctx.lineWidth = 1;
  ctx.beginPath();
  const tall = geometry.bottom - geometry.top;
  for (let x = from - tall; x < to; x += 9) {
    ctx.moveTo(x, geometry.bottom);
    ctx.lineTo(x + tall, geometry.top);
  }
  ctx.stroke();
  ctx.restore();
  if (to - from > 60) {
    const lane = laneOf(geometry, "segment");
    ctx.fillStyle = colours.muted;
    ctx.textAlign = "left";
    ctx.fillText(text.padding, from + 6, lane.y + 12);
  }
}

function paintTimeAxis(ctx, inside, geometry, colours) {
  const lane = laneOf(geometry, "axis");
  const [first, last] = [-inside.r_sample / inside.fs, (inside.nShown - inside.r_sample) / inside.fs];
  ctx.fillStyle = colours.muted;
  ctx.textAlign = "center";
  for (let s = Math.ceil(first / 0.5) * 0.5; s <= last; s += 0.5) {
    const x = geometry.xOf(inside.r_sample + s * inside.fs);
    ctx.fillRect(Math.round(x), lane.y, 1, 4);
    if (x < geometry.plot.x + geometry.plot.w - 14) ctx.fillText(s === 0 ? "R" : `${fixed(s, 1)} s`, x, lane.y + 12);
  }
}

/** What the pointer is on, and the brushed stretch; the step and the unit are elements of their own. */
function paintMarked(ctx, inside, geometry, colours, { brush, lit, place }) {
  ctx.clearRect(0, 0, geometry.width, geometry.height);
  const { xOfStep, perStep } = geometry;
  if (brush) {
    ctx.fillStyle = colours.brush;
    const x = xOfStep(brush.first);
    ctx.fillRect(x, geometry.top, xOfStep(brush.last + 1) - x, geometry.bottom - geometry.top);
  }
  for (const cell of lit) {
    const lane = laneOf(geometry, "map", cell.row);
    if (!lane || cell.step < 0) continue;
    const tall = lane.h / inside.count(cell.row);
    const row = cell.row === "x" ? cell.index : place(cell.index);
    outline(ctx, colours, xOfStep(cell.step), lane.y + row * tall, perStep, tall, 3);
  }
}

function outline(ctx, colours, x, y, w, h, reach) {
  ctx.lineWidth = 1;
  for (const [colour, out] of [["#000", reach], ["#fff", reach - 1]]) {
    ctx.strokeStyle = colour;
    ctx.strokeRect(x - out + 0.5, y - out + 0.5, w + 2 * out - 1, h + 2 * out - 1);
  }
}
