// The picture in its layers: what is still for as long as the view is, what moves over it, and the whole record above.

/** Everything that a picture of the view needs; the PNG is painted by this, too. */
function paintTrace(ctx, trace, geometry, grid, scale) {
  const { signal, labels, view, colours } = trace;
  const { paper } = geometry;
  const endS = view.startS + view.windowS;
  const knownS = trace.monitor?.playheadS ?? Infinity;
  grid.paint(ctx, geometry, view.startS, colours, scale);
  ctx.save();
  ctx.beginPath();
  ctx.rect(paper.x, paper.y, paper.w, paper.h);
  ctx.clip();
  paintSignal(ctx, signal, geometry, colours, view.startS, Math.min(endS, knownS), scale);
  if (knownS < endS && !trace.monitor.playing) {
    ctx.globalAlpha = 0.22;
    paintSignal(ctx, signal, geometry, colours, Math.max(knownS, view.startS), endS, scale);
  }
  ctx.restore();
  paintGutter(ctx, signal, labels, geometry, colours);
  const known = { state: (r, sample) => trace.labelState(r, sample), ringed: (r, i) => trace.isRinged(r, i) };
  for (const [r, row] of labels.rows.entries()) paintRow(ctx, row, r, signal, geometry, view, colours, known);
  if (labels.rhythms.text.length) paintRhythms(ctx, labels, signal, geometry, view, colours, knownS);
  paintAxis(ctx, geometry, view, colours);
}

class Picture {
  constructor(trace) {
    this.trace = trace;
    this.grid = new Grid();
    this.overview = new Overview();
    this.canvases = {
      base: html("canvas", { class: "base", "aria-hidden": "true" }),
      over: html("canvas", { class: "over", "aria-hidden": "true" }),
      overview: html("canvas", { class: "overview", tabindex: "0", role: "application" }),
    };
    const { base, over, overview } = this.canvases;
    this.context = {
      base: base.getContext("2d", { alpha: false }),
      over: over.getContext("2d"),
      overview: overview.getContext("2d", { alpha: false }),
    };
  }

  /** Give the canvases the room of the trace; true where what is still must be painted again. */
  fit({ width, height }, scale) {
    const { base, over, overview } = this.canvases;
    const resized = fitCanvas(base, width, height, scale);
    fitCanvas(over, width, height, scale);
    return resized || overview.clientWidth !== this.overview.width;
  }

  paintStill(scale) {
    const { trace, context } = this;
    const { geometry, colours } = trace;
    const ctx = context.base;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    ctx.fillStyle = colours.background;
    ctx.fillRect(0, 0, geometry.width, geometry.height);
    paintTrace(ctx, trace, geometry, this.grid, scale);
    this.paintOverview(scale);
  }

  paintOverview(scale) {
    const { trace, overview } = this;
    const canvas = this.canvases.overview;
    const width = canvas.clientWidth;
    overview.layOut(width, trace.signal, trace.labels);
    fitCanvas(canvas, width, overview.height, scale);
    overview.paintStill(trace.signal, trace.labels, trace.colours, scale);
    overview.paint(this.context.overview, trace.view, trace.colours, scale, trace.monitor?.playheadS ?? null);
  }

  /** What moves without the trace: pointer, selected beat, playhead, calipers. */
  paintOver(scale) {
    const { geometry, colours, signal, monitor, selected, hovered, calipers } = this.trace;
    const ctx = this.context.over;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    ctx.clearRect(0, 0, geometry.width, geometry.height);
    monitor?.paintSeen(ctx, geometry);
    const marked = monitor ? monitor.currentSample() : selected;
    if (marked !== null) this.paintMarked(ctx, marked);
    if (selected !== null) this.paintMoment(ctx, selected / signal.fs, colours.accent, 1.5);
    if (hovered !== null && !calipers.on) this.paintMoment(ctx, hovered / signal.fs, colours.muted, 1);
    if (monitor?.playheadS != null) this.paintMoment(ctx, monitor.playheadS, colours.accent, 2);
    calipers.paint(ctx);
  }

  /** A moment as a line across the paper. */
  paintMoment(ctx, seconds, colour, width) {
    const { geometry } = this.trace;
    const { paper } = geometry;
    const x = Math.round(geometry.xOf(seconds));
    if (x < paper.x || x > paper.x + paper.w) return;
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(x + 0.5, paper.y);
    ctx.lineTo(x + 0.5, paper.y + paper.h);
    ctx.stroke();
  }

  /** A soft ground behind the labels of one beat. */
  paintMarked(ctx, sample) {
    const { geometry, colours, labels, signal } = this.trace;
    const { paper } = geometry;
    const x = geometry.xOf(sample / signal.fs);
    const row = this.trace.beats.row ?? labels.rows.at(-1);
    if (!row || x < paper.x || x > paper.x + paper.w) return;
    const [from, to] = this.trace.indicesInView(row.sample);
    const half = Math.min(19, Math.max(6, (0.46 * paper.w) / Math.max(1, to - from)));
    ctx.fillStyle = colours.selected;
    ctx.beginPath();
    ctx.roundRect(x - half, 1, 2 * half, labels.rows.length * ROW - 1, 7);
    ctx.fill();
  }
}
