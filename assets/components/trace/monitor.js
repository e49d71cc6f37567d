// Replay: the record runs as it would on a monitor, and a beat gets its name when its segment is complete.

const SPEEDS = [0.5, 1, 2, 4, 8];
const PANEL_MS = 100; // the panel changes no more often than this
const HEAD = 0.8; // where in the window the playhead stays while the trace runs under it

class Monitor {
  constructor(trace) {
    this.trace = trace;
    this.playheadS = null; // null: nothing hidden, the whole record is known
    this.playing = false;
    this.speed = 1;
    this.shown = "";
    this.painted = -PANEL_MS;
  }

  get data() {
    return this.trace.labels.monitor;
  }

  get modelRow() {
    return this.trace.labels.rows.length - 1;
  }

  /** What is known of a label at the playhead. */
  state(row, sample) {
    if (this.playheadS === null) return "shown";
    const now = this.playheadSample();
    if (sample > now) return "hidden";
    if (row !== this.modelRow) return "shown";
    const i = this.indexOf(sample);
    return i < 0 || this.data.ready[i] <= now ? "shown" : "pending";
  }

  /** The last whole sample that the playhead has passed; 2.9 s at 360 Hz is 1044, whatever floating point makes of it. */
  playheadSample(seconds = this.playheadS) {
    return Math.floor(seconds * this.trace.signal.fs + 1e-3);
  }

  indexOf(sample) {
    const i = lowerBound(this.data.r, sample);
    return this.data.r[i] === sample ? i : -1;
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    const { view, signal } = this.trace;
    const inView = this.playheadS !== null && this.playheadS >= view.startS && this.playheadS <= view.startS + view.windowS;
    if (!inView) this.playheadS = view.startS + Math.min(0.15 * view.windowS, 1.5);
    if (this.playheadS >= signal.durationS) this.playheadS = 0;
    this.playing = true;
    this.last = null;
    this.reflect();
    this.trace.requestPaint();
  }

  pause() {
    this.playing = false;
    this.reflect();
    this.trace.restLater();
    this.trace.requestPaint();
  }

  /** Leave the replay: every label is known again. */
  stop() {
    this.playing = false;
    this.playheadS = null;
    this.reflect();
    this.trace.restLater();
    this.trace.requestPaint();
  }

  /** A view that lies wholly ahead of the playhead would be one without labels: it ends the replay. */
  leaveBehind() {
    if (this.playheadS !== null && this.playheadS < this.trace.view.startS) this.stop();
  }

  /** A known beat was picked: the replay waits while it is looked at. */
  waitAt(sample) {
    if (this.playing && this.state(this.modelRow, sample) === "shown") this.pause();
  }

  /** The trace leaves the page. */
  end() {
    this.playing = false;
    clearTimeout(this.waiting);
  }

  /** Go to the moment at which the next (or the previous) beat gets its name. */
  step(direction) {
    const { ready } = this.data;
    if (!ready.length) return;
    const { view, signal } = this.trace;
    const now = this.playheadSample(this.playheadS ?? view.startS + view.windowS / 2);
    const i = direction > 0 ? lowerBound(ready, now + 1) : lowerBound(ready, now) - 1;
    if (i < 0 || i >= ready.length) return;
    this.playing = false;
    this.playheadS = ready[i] / signal.fs;
    this.follow();
    this.reflect();
    this.trace.restLater();
    this.trace.requestPaint();
  }

  /** Advance by the time of one frame; called by the trace before it paints. */
  advance(now) {
    if (!this.playing) return;
    // A tab that was in the background must not leap.
    if (this.last !== null) this.playheadS += (Math.min(now - this.last, 100) / 1000) * this.speed;
    this.last = now;
    const { signal } = this.trace;
    if (this.playheadS >= signal.durationS) {
      this.playheadS = signal.durationS;
      this.pause();
    }
    this.follow();
  }

  follow() {
    const { view } = this.trace;
    const latest = this.playheadS - HEAD * view.windowS;
    if (latest > view.startS || this.playheadS < view.startS) this.trace.setView(latest, view.windowS);
  }

  /** The beat whose probabilities are shown: in a replay the latest named one, else the one pointed at or selected. */
  currentBeat() {
    const { trace, data } = this;
    if (!data.r.length) return -1;
    if (trace.hovered !== null && !this.playing) {
      const i = nearestIndex(data.r, trace.hovered);
      if (this.state(this.modelRow, data.r[i]) === "shown") return i;
    }
    if (this.playheadS !== null) return lowerBound(data.ready, this.playheadSample() + 1) - 1;
    const { startS, windowS } = trace.view;
    const fs = trace.signal.fs;
    const inView = trace.selected !== null && trace.selected >= startS * fs && trace.selected <= (startS + windowS) * fs;
    return nearestIndex(data.r, inView ? trace.selected : (startS + windowS / 2) * fs);
  }

  currentSample() {
    const i = this.currentBeat();
    return i < 0 ? null : this.data.r[i];
  }

  /** Mark the stretch that the model saw of the current beat along the top of the paper. */
  paintSeen(ctx, geometry) {
    const i = this.currentBeat();
    if (i < 0) return;
    const { paper } = geometry;
    const { fs } = this.trace.signal;
    const [x1, x2] = [this.data.start[i], this.data.stop[i]].map((k) => geometry.xOf(k / fs));
    const [left, right] = [Math.max(x1, paper.x), Math.min(x2, paper.x + paper.w)];
    if (right <= left) return;
    ctx.fillStyle = this.trace.colours.accent;
    ctx.fillRect(left, paper.y, right - left, 2);
    if (left === x1) ctx.fillRect(left, paper.y, 1.5, 7);
    if (right === x2) ctx.fillRect(right - 1.5, paper.y, 1.5, 7);
  }

  build(text) {
    this.playButton = button("play", text.play, () => this.toggle(), "play");
    const speeds = html("select", { "aria-label": text.speed, title: text.speed });
    for (const speed of SPEEDS) speeds.append(new Option(`${speed}×`, speed, speed === 1, speed === this.speed));
    speeds.addEventListener("change", () => (this.speed = Number(speeds.value)));
    const transport = html("div", { class: "transport", role: "group", "aria-label": text.replay },
      this.playButton,
      button("stepBack", text.step_back, () => this.step(-1)),
      button("stepOn", text.step_on, () => this.step(1)),
      speeds,
      button("stop", text.stop, () => this.stop()),
    );
    const panel = this.buildPanel(text);
    this.shown = "";
    this.painted = -PANEL_MS;
    this.reflect();
    return { transport, panel };
  }

  buildPanel(text) {
    const { labels } = this.trace;
    this.heading = html("div", { class: "named" });
    this.expertText = html("div", { class: "quiet experts" });
    this.bars = labels.classes.map((symbol) => {
      const share = html("i");
      const value = html("span", { class: "p" });
      const bar = html("div", { class: "bar" }, share);
      const line = html("div", { class: "probability", title: labels.symbolName(symbol) }, html("b", { text: symbol }), bar, value);
      return { line, share, value, symbol };
    });
    this.segment = html("canvas", { class: "segment", role: "img", "aria-label": text.segment });
    this.segmentText = html("div", { class: "quiet" });
    this.delayText = html("div", { class: "quiet" });
    return html("aside", { class: "panel", "aria-label": text.model_says },
      this.heading, this.expertText, this.bars.map((bar) => bar.line),
      html("div", { class: "subhead", text: text.segment }), this.segment, this.segmentText, this.delayText,
    );
  }

  /** Bring the buttons into line with the state. */
  reflect() {
    if (!this.playButton) return;
    const { text } = this.trace.labels;
    setIcon(this.playButton, this.playing ? "pause" : "play", this.playing ? text.pause : text.play);
    this.trace.frame.dataset.replay = this.playing ? "playing" : this.playheadS === null ? "off" : "paused";
    this.trace.speaker.describe(false);
  }

  /** Show the current beat's probabilities and segment, where it is another one than before. */
  paintPanel() {
    const i = this.currentBeat();
    const key = `${i} ${this.trace.labels.id} ${this.trace.colours.key} ${this.segment.clientWidth}`;
    if (key === this.shown) return;
    const wait = this.painted + PANEL_MS - performance.now();
    if (wait > 0) {
      // While the view races along, the panel keeps a pace that eyes can follow.
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.trace.requestPaint(), wait);
      return;
    }
    this.painted = performance.now();
    this.shown = key;
    const { labels, signal, colours } = this.trace;
    const { text, classes } = labels;
    const p = i < 0 ? null : this.data.probability.subarray(i * classes.length, (i + 1) * classes.length);
    const best = p ? p.indexOf(Math.max(...p)) : -1;
    this.heading.replaceChildren(...this.headingOf(i));
    for (const [k, bar] of this.bars.entries()) {
      bar.share.style.transform = `scaleX(${p ? p[k] : 0})`;
      bar.share.style.background = colours.inks[bar.symbol] ?? colours.other;
      bar.value.textContent = p ? p[k].toFixed(2) : "";
      bar.line.toggleAttribute("data-best", k === best);
    }
    this.expertText.textContent = p ? this.expertsSay(i) : "";
    this.trace.frame.dataset.beat = p ? String(this.data.r[i]) : "";
    this.delayText.textContent = p
      ? fill(text.delay, { delay: ((this.data.ready[i] - this.data.r[i]) / signal.fs).toFixed(2) })
      : "";
    this.paintSegment(i);
  }

  headingOf(i) {
    const { labels, signal, colours } = this.trace;
    if (i < 0) return [html("span", { text: labels.text.no_beat_yet })];
    // As the row names it, which thresholds may have made another class than the most probable.
    const row = labels.rows[this.modelRow];
    const symbol = row.symbol(i);
    return [
      classMark(colours, symbol, 16),
      html("strong", { text: symbol }),
      html("span", { text: labels.symbolName(symbol) }),
      row.unsure(i) && html("em", { text: labels.text.unsure }),
      html("time", { text: formatTime(this.data.r[i] / signal.fs, 1) }),
    ].filter(Boolean);
  }

  /** What the row above the model's says of a beat, where there is such a row. */
  expertsSay(i) {
    const { labels, signal } = this.trace;
    if (this.modelRow < 1) return "";
    const row = labels.rows[0];
    const k = nearestIndex(row.sample, this.data.r[i]);
    if (k < 0 || Math.abs(row.sample[k] - this.data.r[i]) > MATCH_S * signal.fs) return "";
    return fill(labels.text.named, { name: row.name, text: `${row.symbol(k)} ${labels.symbolName(row.symbol(k))}` });
  }

  paintSegment(i) {
    const { signal, colours } = this.trace;
    const scale = window.devicePixelRatio || 1;
    const [w, h] = [this.segment.clientWidth || 200, this.segment.clientHeight || 90];
    this.segment.width = Math.round(w * scale);
    this.segment.height = Math.round(h * scale);
    const ctx = this.segment.getContext("2d");
    ctx.scale(scale, scale);
    ctx.fillStyle = colours.paper.background;
    ctx.fillRect(0, 0, w, h);
    this.segmentText.textContent = "";
    if (i < 0) return;
    const lead = signal.leads.find(({ name }) => name === this.data.lead) ?? signal.leads[0];
    const [from, to, r] = [this.data.start[i], this.data.stop[i], this.data.r[i]];
    const xOf = (k) => ((k - from) / Math.max(1, to - from)) * w;
    ctx.fillStyle = colours.paper.bold;
    const second = Math.max(1, Math.round(signal.fs / 5));
    for (let k = Math.ceil((from - r) / second); r + k * second < to; k++) ctx.fillRect(Math.round(xOf(r + k * second)), 0, 1, h);
    const [low, high] = lead.range(Math.max(0, from), to);
    const y = (value) => h - 8 - ((value - low) / Math.max(1, high - low)) * (h - 16);
    ctx.fillStyle = colours.accent;
    ctx.fillRect(Math.round(xOf(r)), 0, 1.5, h);
    ctx.strokeStyle = colours.paper.ink;
    const axes = { x0: xOf(0), dx: xOf(1) - xOf(0), y0: y(0), dy: y(1) - y(0) };
    strokeSamples(ctx, lead, Math.max(0, from), Math.min(to, lead.length), axes, scale);
    const side = (k) => `${k < r ? "−" : "+"}${(Math.abs(k - r) / signal.fs).toFixed(2)} s`;
    this.segmentText.textContent = `${lead.name}   ${side(from)} … R … ${side(to)}`;
  }
}
