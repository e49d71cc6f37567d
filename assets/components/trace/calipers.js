// The calipers: time, rate and voltage between two points on the paper. Their ends snap to R peaks, can be taken by
// pointer or finger, and move by key.

const SNAP_PX = { mouse: 7, touch: 14 };
const GRIP_PX = { mouse: 6, touch: 22 };
const SNAP_Y_PX = 12;
const NUDGE_S = [0.01, 0.1]; // of an arrow key, and with Shift
const NUDGE_MV = [0.02, 0.1];

class Calipers {
  constructor(trace) {
    this.trace = trace;
    this.on = false;
    this.span = null; // two ends, each as seconds and mV of one lead
    this.held = 1; // which end moves
    this.isFresh = true; // nobody has moved an end yet
  }

  toggle() {
    const { parts, speaker, labels } = this.trace;
    this.on = !this.on;
    if (this.on) {
      this.place();
      speaker.tell(`${this.words()}. ${labels.text.calipers_hint}`);
    } else this.clear();
    parts.calipers.setAttribute("aria-pressed", String(this.on));
    parts.surface.toggleAttribute("data-measuring", this.on);
    this.trace.requestPaint();
  }

  clear() {
    this.span = null;
  }

  /** Lay the calipers about an RR interval: from the selected beat, or one in the middle of the view, to the next. */
  place() {
    const { view, selected, signal, beats } = this.trace;
    const { fs } = signal;
    const samples = beats.row?.sample ?? [];
    const inView = selected !== null && selected >= view.startS * fs && selected <= (view.startS + view.windowS) * fs;
    const i = nearestIndex(samples, inView ? selected : (view.startS + 0.4 * view.windowS) * fs);
    const within = (s) => s >= view.startS && s <= view.startS + view.windowS;
    const ends = i >= 0 && i + 1 < samples.length ? [samples[i] / fs, samples[i + 1] / fs] : [];
    const [from, to] = ends.length && ends.every(within) ? ends : [0.4, 0.6].map((share) => view.startS + share * view.windowS);
    this.span = [from, to].map((s) => ({ s, mv: this.levelAt(s, 0), lane: 0 }));
    this.held = 1;
    this.isFresh = true;
  }

  levelAt(seconds, lane) {
    const mv = this.trace.signal.leads[lane].mv(Math.round(seconds * this.trace.signal.fs));
    return Number.isNaN(mv) ? 0 : mv;
  }

  /** Take hold of the end at this place, or begin anew from it. */
  start(at, pointer, free) {
    const near = this.endAt(at.x, pointer);
    this.isFresh = false;
    this.before = null;
    if (near >= 0) {
      this.held = near;
      return;
    }
    const point = this.pointAt(at, pointer, free);
    this.before = this.span;
    this.span = [point, point];
    this.held = 1;
    this.trace.requestPaint();
  }

  /** Which end lies at a place, -1 where none does. */
  endAt(x, pointer) {
    const reach = GRIP_PX[pointer] ?? GRIP_PX.mouse;
    return (this.span ?? []).findIndex((end) => Math.abs(this.trace.geometry.xOf(end.s) - x) <= reach);
  }

  /** The finger scrolls the page after all. */
  cancel() {
    this.span = this.before ?? this.span;
    this.trace.requestPaint();
  }

  stretch(at, pointer, free) {
    if (this.span) this.span[this.held] = this.pointAt(at, pointer, free, this.span[0].lane);
    this.trace.hover(at);
  }

  /** A point on the paper as time and mV of the lead in whose lane the first point lies; near an R peak, the peak. */
  pointAt(at, pointer, free, lane) {
    const { geometry, signal } = this.trace;
    const { paper } = geometry;
    const i = lane ?? Math.min(signal.leads.length - 1, Math.max(0, Math.floor((at.y - paper.y) / geometry.lane)));
    const y = Math.min(Math.max(at.y, paper.y), paper.y + paper.h);
    const mvAt = (pixel) => (geometry.zeroY[i] - pixel) / geometry.pxPerMv;
    const r = free ? null : this.peakAt(at.x, SNAP_PX[pointer] ?? SNAP_PX.mouse);
    if (r === null) return { s: geometry.timeAt(at.x), mv: mvAt(y), lane: i };
    const top = signal.leads[i].mv(r);
    const snapsToo = Math.abs(top - mvAt(y)) * geometry.pxPerMv <= SNAP_Y_PX;
    return { s: r / signal.fs, mv: snapsToo ? top : mvAt(y), lane: i };
  }

  peakAt(x, reach) {
    const { geometry, signal, beats } = this.trace;
    const samples = beats.row?.sample ?? [];
    const i = nearestIndex(samples, geometry.timeAt(x) * signal.fs);
    return i >= 0 && Math.abs(geometry.xOf(samples[i] / signal.fs) - x) <= reach ? samples[i] : null;
  }

  /** Do what a key asks for while the calipers are out; true where it was one of theirs. */
  key(event) {
    if (!this.on || event.ctrlKey || event.metaKey || event.altKey) return false;
    const size = event.shiftKey ? 1 : 0;
    const actions = {
      ArrowLeft: () => this.nudge(-NUDGE_S[size], 0),
      ArrowRight: () => this.nudge(NUDGE_S[size], 0),
      ArrowUp: () => this.nudge(0, NUDGE_MV[size]),
      ArrowDown: () => this.nudge(0, -NUDGE_MV[size]),
      b: () => this.walk(1),
      B: () => this.walk(-1),
      Enter: () => (this.held = 1 - this.held),
    };
    const action = actions[event.key];
    if (!action) return false;
    action();
    this.isFresh = false;
    this.trace.speaker.tell(this.words());
    this.trace.requestPaint();
    return true;
  }

  nudge(seconds, mv) {
    const { signal } = this.trace;
    const end = this.span[this.held];
    const s = Math.min(Math.max(end.s + seconds, 0), signal.durationS);
    this.span[this.held] = { ...end, s, mv: end.mv + mv };
    this.follow();
  }

  /** Move the held end to the next R peak, or to the one before. */
  walk(direction) {
    const { signal, beats } = this.trace;
    const samples = beats.row?.sample ?? [];
    const at = this.span[this.held].s * signal.fs;
    const i = direction > 0 ? lowerBound(samples, Math.round(at) + 1) : lowerBound(samples, Math.round(at)) - 1;
    if (i < 0 || i >= samples.length) return;
    const s = samples[i] / signal.fs;
    this.span[this.held] = { ...this.span[this.held], s, mv: this.levelAt(s, this.span[0].lane) };
    this.follow();
  }

  /** Keep the held end in view. */
  follow() {
    const { view } = this.trace;
    const { s } = this.span[this.held];
    if (s < view.startS) this.trace.moveTo(s - 0.1 * view.windowS);
    if (s > view.startS + view.windowS) this.trace.moveTo(s - 0.9 * view.windowS);
  }

  words() {
    const [from, to] = this.span;
    const seconds = Math.abs(to.s - from.s);
    const rate = seconds > 0.05 ? ` = ${Math.round(60 / seconds)}/min` : "";
    return `${seconds.toFixed(3)} s${rate}, ${Math.abs(to.mv - from.mv).toFixed(2)} mV`;
  }

  paint(ctx) {
    if (!this.span) return;
    const { geometry, colours } = this.trace;
    const { paper } = geometry;
    const zero = geometry.zeroY[this.span[0].lane];
    const xs = this.span.map((end) => geometry.xOf(end.s));
    const ys = this.span.map((end) => zero - end.mv * geometry.pxPerMv);
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    ctx.save();
    ctx.beginPath();
    ctx.rect(paper.x, paper.y, paper.w, geometry.axisY - paper.y);
    ctx.clip();
    ctx.fillStyle = colours.band;
    ctx.fillRect(left, paper.y, right - left, paper.h);
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = 1.25;
    ctx.beginPath();
    for (const x of xs) {
      ctx.moveTo(x, paper.y);
      ctx.lineTo(x, geometry.axisY);
    }
    for (const y of ys) {
      ctx.moveTo(left - 12, y);
      ctx.lineTo(right + 12, y);
    }
    ctx.stroke();
    for (const [k, x] of xs.entries()) this.paintGrip(ctx, x, k === this.held);
    ctx.restore();
    this.paintWords(ctx, (left + right) / 2);
  }

  /** A flag at the top of an end, full where keys move it. */
  paintGrip(ctx, x, isHeld) {
    const { geometry, colours } = this.trace;
    ctx.fillStyle = isHeld ? colours.accent : colours.background;
    ctx.strokeStyle = isHeld ? colours.accent : colours.text;
    ctx.beginPath();
    polygon(ctx, [x - 6, geometry.paper.y, x + 6, geometry.paper.y, x, geometry.paper.y + 9]);
    ctx.fill();
    ctx.stroke();
  }

  /** What was measured, over the time axis: on the paper it would hide a QRS complex. */
  paintWords(ctx, middle) {
    const { geometry, colours } = this.trace;
    const { paper, axisY } = geometry;
    const words = this.words();
    ctx.font = `600 13px ${colours.font}`;
    const width = ctx.measureText(words).width + 16;
    const x = Math.min(Math.max(middle - width / 2, paper.x), paper.x + paper.w - width);
    ctx.fillStyle = colours.background;
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.roundRect(x, axisY + 0.5, width, AXIS - 1, 5);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = colours.text;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(words, x + 8, axisY + AXIS / 2 + 0.5);
  }
}
