// The calipers: time, rate and voltage between two points on the paper.

class Calipers {
  constructor(trace) {
    this.trace = trace;
    this.on = false;
    this.span = null; // from where to where, each as seconds and mV of one lead
  }

  toggle() {
    const { parts } = this.trace;
    this.on = !this.on;
    if (!this.on) this.clear();
    parts.calipers.setAttribute("aria-pressed", String(this.on));
    parts.surface.toggleAttribute("data-measuring", this.on);
    this.trace.requestPaint();
  }

  clear() {
    this.span = null;
  }

  start(at) {
    const point = this.pointAt(at);
    this.span = { from: point, to: point };
    this.trace.requestPaint();
  }

  stretch(at) {
    if (this.span) this.span.to = this.pointAt(at, this.span.from.lane);
    this.trace.hover(at);
  }

  /** A point on the paper as time and mV of the lead in whose lane the first point lies. */
  pointAt(at, lane) {
    const { geometry, signal } = this.trace;
    const { paper } = geometry;
    const i = lane ?? Math.min(signal.leads.length - 1, Math.max(0, Math.floor((at.y - paper.y) / geometry.lane)));
    const y = Math.min(Math.max(at.y, paper.y), paper.y + paper.h);
    return { s: geometry.timeAt(at.x), mv: (geometry.zeroY[i] - y) / geometry.pxPerMv, lane: i };
  }

  words() {
    const { from, to } = this.span;
    const seconds = Math.abs(to.s - from.s);
    const rate = seconds > 0.05 ? ` = ${Math.round(60 / seconds)}/min` : "";
    return `${seconds.toFixed(3)} s${rate}, ${Math.abs(to.mv - from.mv).toFixed(2)} mV`;
  }

  paint(ctx) {
    if (!this.span) return;
    const { geometry, colours } = this.trace;
    const { paper } = geometry;
    const { from, to } = this.span;
    const zero = geometry.zeroY[from.lane];
    const [x1, x2] = [geometry.xOf(from.s), geometry.xOf(to.s)];
    const [y1, y2] = [zero - from.mv * geometry.pxPerMv, zero - to.mv * geometry.pxPerMv];
    ctx.save();
    ctx.beginPath();
    ctx.rect(paper.x, paper.y, paper.w, paper.h);
    ctx.clip();
    ctx.fillStyle = colours.band;
    ctx.fillRect(Math.min(x1, x2), paper.y, Math.abs(x2 - x1), paper.h);
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = 1.25;
    ctx.beginPath();
    for (const x of [x1, x2]) {
      ctx.moveTo(x, paper.y);
      ctx.lineTo(x, paper.y + paper.h);
    }
    for (const y of [y1, y2]) {
      ctx.moveTo(Math.min(x1, x2) - 12, y);
      ctx.lineTo(Math.max(x1, x2) + 12, y);
    }
    ctx.stroke();
    this.paintWords(ctx, (x1 + x2) / 2, Math.min(y1, y2), Math.max(y1, y2));
    ctx.restore();
  }

  /** What was measured, above the two points where there is room, else below them. */
  paintWords(ctx, middle, top, bottom) {
    const { geometry, colours } = this.trace;
    const { paper } = geometry;
    const words = this.words();
    ctx.font = `600 13px ${colours.font}`;
    const width = ctx.measureText(words).width + 16;
    const x = Math.min(Math.max(middle - width / 2, paper.x + 4), paper.x + paper.w - width - 4);
    const above = top - 34;
    const y = above > paper.y + 2 ? above : Math.min(bottom + 10, paper.y + paper.h - 28);
    ctx.fillStyle = colours.background;
    ctx.strokeStyle = colours.muted;
    ctx.beginPath();
    ctx.roundRect(x, y, width, 24, 6);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = colours.text;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(words, x + 8, y + 12.5);
  }
}
