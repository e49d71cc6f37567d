// The trace: one ECG with its labels. It holds the whole record, so that moving needs no server; it tells the page where
// it came to rest and which beat was clicked. Built out of the trace_*.js files, which Python joins in a stated order.

const REST_MS = 400;
const STANDARD_S = 10;
const LEAST_S = 0.5;
const PANEL_BESIDE_PX = 760; // as the container query in trace/trace.css
const PANEL_PX = 330;
const LIST_MAX = 150; // beats in the list for screen readers
const MOST_ASKED = 8; // pieces of a long record at a time; as in pages/components/trace_signal.py
const ANSWER_MS = 5000; // without an answer the pieces are asked for again

class Trace {
  constructor(root) {
    this.root = root;
    this.view = { startS: 0, windowS: STANDARD_S };
    this.gain = null; // mm/mV; null: the largest up to 10 that fits
    this.selected = null; // sample of the beat last clicked or jumped to
    this.hovered = null; // sample under the pointer
    this.grid = new Grid();
    this.overview = new Overview();
    this.paints = 0;
    this.dirty = { still: true };
    this.end = new AbortController();
    this.buildFrame();
    listen(this, this.end.signal);
    this.resize = new ResizeObserver(() => this.requestPaint());
    this.resize.observe(this.frame);
  }

  buildFrame() {
    const base = element("canvas", { class: "base", "aria-hidden": "true" });
    const over = element("canvas", { class: "over", "aria-hidden": "true" });
    const surface = element("div", { class: "surface", tabindex: "0", role: "application" }, [base, over]);
    const overview = element("canvas", { class: "overview", tabindex: "0", role: "application" });
    const stage = element("div", { class: "stage" }, [surface]);
    const readout = element("output", { class: "readout", "aria-live": "off" });
    const scale = element("span", { class: "scale" });
    const list = element("ul", { class: "hidden", "data-name": "beats" });
    const live = element("div", { class: "hidden", "aria-live": "polite", "data-name": "live" });
    const note = element("div", { class: "note", role: "status" });
    this.parts = { base, over, surface, overview, stage, readout, scale, list, live, note };
    this.frame = element("div", { class: "ecg", role: "group" }, [
      overview, stage, element("div", { class: "foot" }, [readout, scale]), note, list, live,
    ]);
    this.frame.style.minHeight = "420px"; // the page below does not leap when the first paint comes
    this.root.append(element("style", {}, [CSS]), this.frame);
    this.context = {
      base: base.getContext("2d", { alpha: false }),
      over: over.getContext("2d"),
      overview: overview.getContext("2d", { alpha: false }),
    };
  }

  /** Take what Python sent. */
  update(signalPacket, labelsPacket, data, component) {
    this.component = component;
    const newSignal = this.signal?.id !== signalPacket.id;
    const newLabels = newSignal || this.labels?.id !== labelsPacket.id;
    if (newSignal) {
      const samePerson = this.signal?.name === signalPacket.name;
      this.signal = new Signal(signalPacket);
      this.answerDue = 0;
      if (!samePerson) Object.assign(this, { selected: null, hovered: null, caliper: null });
    }
    if (newLabels) this.labels = new Labels(labelsPacket, this.signal.fs);
    this.paperHeight = data.height;
    this.cursorS = data.cursor_s;
    this.reportView = data.report_view;
    const theme = this.colours?.key;
    this.readColours();
    if (newLabels || theme !== this.colours.key) this.buildAround();
    if (this.wish !== data.wish) {
      this.wish = data.wish;
      this.monitor?.stop(); // a place that a page points at is shown with its labels
      this.setView(data.view.start_s, data.view.window_s);
      this.reported = `${data.view.start_s.toFixed(3)} ${data.view.window_s.toFixed(3)}`;
      if (this.reported !== this.viewKey()) this.restLater(); // the record had no such stretch
    } else this.setView(this.view.startS, this.view.windowS);
    this.dirty.still = true;
    this.requestPaint();
    if (newLabels && this.monitor && data.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.monitor.play();
    }
  }

  buildAround() {
    const { text } = this.labels;
    const { surface, overview, stage, scale } = this.parts;
    this.toolbar?.remove();
    this.help?.remove();
    this.legend?.remove();
    this.toolbar = buildToolbar(this);
    this.help = buildHelp(text);
    this.legend = buildLegend(this.labels, this.colours);
    this.frame.prepend(this.toolbar);
    stage.before(this.help);
    scale.after(this.legend);
    surface.setAttribute("aria-label", `${text.title}. ${text.surface}`);
    overview.setAttribute("aria-label", text.overview);
    this.frame.setAttribute("aria-label", text.title);
    stage.replaceChildren(surface);
    if (!this.labels.monitor) this.monitor = null;
    else {
      this.monitor ??= new Monitor(this);
      const { transport, panel } = this.monitor.build(text);
      stage.replaceChildren(transport, surface, panel);
    }
    stage.toggleAttribute("data-monitor", this.monitor !== null);
  }

  readColours() {
    const style = getComputedStyle(this.frame);
    const rgb = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
    const [text, ground] = [rgb(style.color), rgb(style.backgroundColor)];
    const dark = ground[0] * 0.3 + ground[1] * 0.6 + ground[2] * 0.1 < 128;
    const mix = (share) => `rgba(${text.join()},${share})`;
    const palette = this.labels.text.palette[dark ? "dark" : "light"];
    const accent = style.getPropertyValue("--st-primary-color").trim() || "#0072B2";
    const key = `${style.color} ${style.backgroundColor} ${accent} ${style.fontFamily}`;
    this.colours = {
      key, accent, paper: palette.paper, classes: palette.classes, marks: this.labels.text.palette.marks,
      other: this.labels.text.palette.other, otherText: mix(0.7), background: style.backgroundColor, text: style.color,
      muted: mix(0.62), band: mix(0.07), bandStrong: mix(0.17), window: mix(0.16), selected: mix(0.13),
      font: style.fontFamily,
    };
    this.frame.dataset.theme = dark ? "dark" : "light";
  }

  title() {
    return this.labels.text.title;
  }

  // Pieces of a long record

  /** Ask for the samples of the window, and of one on each side of it, before they are needed. */
  wantPieces() {
    const { startS, windowS } = this.view;
    // In a longer window a pixel shows the minimum and maximum of some bins, and these are here.
    if (windowS * this.signal.fs <= this.signal.pieceSamples) this.askPieces(startS - windowS, startS + 2 * windowS);
  }

  askPieces(fromS, toS) {
    const missing = this.signal.missingPieces(fromS, toS);
    const now = performance.now();
    if (!missing.length || missing.length > MOST_ASKED || now < this.answerDue) return; // one question at a time
    this.answerDue = now + ANSWER_MS;
    this.component.setStateValue("pieces", { signal: this.signal.id, index: missing });
  }

  takePiece(packet) {
    if (packet.of !== this.signal.id || !this.signal.takePiece(packet)) return;
    this.answerDue = 0;
    this.dirty.still = true;
    this.requestPaint();
    this.onPiece?.();
  }

  /** Wait for every sample of a view; false where it is too long to be sent. */
  async fetchView({ startS, windowS }) {
    for (;;) {
      const { length } = this.signal.missingPieces(startS, startS + windowS);
      if (length === 0 || length > MOST_ASKED) return length === 0;
      this.askPieces(startS, startS + windowS);
      await new Promise((resolve) => (this.onPiece = resolve));
    }
  }

  // Moving

  clampWindow(windowS) {
    return Math.min(Math.max(windowS, LEAST_S), Math.max(STANDARD_S, this.signal.durationS));
  }

  setView(startS, windowS) {
    const width = this.clampWindow(windowS);
    const last = Math.max(0, this.signal.durationS - width);
    this.view = { startS: Math.min(Math.max(startS, 0), last), windowS: width };
    this.dirty.still = true;
  }

  /** The visitor moves the view. */
  moveTo(startS, windowS = this.view.windowS) {
    if (this.monitor?.playing) this.monitor.pause();
    this.setView(startS, windowS);
    this.requestPaint();
    this.restLater();
  }

  turnPage(direction) {
    this.moveTo(this.view.startS + direction * this.view.windowS);
  }

  zoom(factor, aboutS = this.view.startS + this.view.windowS / 2) {
    const windowS = this.clampWindow(this.view.windowS * factor);
    this.moveTo(aboutS - ((aboutS - this.view.startS) * windowS) / this.view.windowS, windowS);
  }

  resetWindow() {
    this.moveTo(this.view.startS + (this.view.windowS - STANDARD_S) / 2, STANDARD_S);
  }

  showSample(sample) {
    this.selected = sample;
    this.moveTo(sample / this.signal.fs - this.view.windowS / 2);
  }

  /** Where a search starts: the selected beat while it is in view, else the middle of the window. */
  anchor() {
    const { startS, windowS } = this.view;
    const at = (this.selected ?? -1) / this.signal.fs;
    return at >= startS && at <= startS + windowS ? this.selected : (startS + windowS / 2) * this.signal.fs;
  }

  /** To the next beat (or the one before) of the chosen symbol, or to where the chosen rhythm begins. */
  jumpBeat(direction) {
    const row = this.labels.rows[0];
    const wanted = this.parts.symbol?.value;
    if (!row || !wanted) return;
    if (wanted.startsWith(RHYTHM_VALUE)) return this.jumpRhythm(direction, wanted.slice(RHYTHM_VALUE.length));
    const matches = wanted === "≠" ? (i) => row.differs[i] > 0 : (i) => row.symbol(i) === wanted;
    const anchor = this.anchor();
    let i = direction > 0 ? lowerBound(row.sample, Math.floor(anchor) + 1) : lowerBound(row.sample, Math.ceil(anchor)) - 1;
    while (i >= 0 && i < row.length && !matches(i)) i += direction;
    if (i >= 0 && i < row.length) this.showSample(row.sample[i]);
    else this.say(fill(this.labels.text.no_more, { symbol: wanted }));
  }

  /** To the next change of rhythm, or of those into one rhythm. */
  jumpRhythm(direction, code = null) {
    const { sample, text } = this.labels.rhythms;
    const anchor = this.anchor();
    let i = direction > 0 ? lowerBound(sample, Math.floor(anchor) + 1) : lowerBound(sample, Math.ceil(anchor)) - 1;
    while (code !== null && i >= 0 && i < sample.length && text[i] !== code) i += direction;
    if (i >= 0 && i < sample.length) this.showSample(sample[i]);
    else this.say(this.labels.text.no_more_rhythms);
  }

  goTo(input) {
    const seconds = parseTime(input.value);
    input.toggleAttribute("aria-invalid", Number.isNaN(seconds));
    if (Number.isNaN(seconds)) return this.say(this.labels.text.not_a_time);
    this.moveTo(seconds - this.view.windowS / 2);
    this.parts.surface.focus({ preventScroll: true });
  }

  setGain(value) {
    this.gain = value === "" ? null : Number(value);
    this.dirty.still = true;
    this.requestPaint();
  }

  // Telling the page

  hold(held) {
    this.held = held;
    if (!held) this.restLater();
  }

  restLater() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST_MS);
  }

  viewKey() {
    return `${this.view.startS.toFixed(3)} ${this.view.windowS.toFixed(3)}`;
  }

  rest() {
    if (this.held || this.monitor?.playing) return;
    this.describe(true);
    if (!this.reportView || this.viewKey() === this.reported) return;
    this.reported = this.viewKey();
    const [start, window] = this.reported.split(" ").map(Number);
    this.component.setStateValue("view", { start_s: start, window_s: window, wish: this.wish });
  }

  /** A click: the beat at it becomes the selected one, here and for the page. */
  pick(at) {
    const row = Math.floor(at.y / ROW);
    const candidates = this.labels.rows[row] ? [this.labels.rows[row]] : this.labels.rows;
    const sample = this.geometry.timeAt(at.x) * this.signal.fs;
    let best = null;
    for (const { sample: samples } of candidates) {
      const i = nearestIndex(samples, sample);
      if (i >= 0 && (best === null || Math.abs(samples[i] - sample) < Math.abs(best - sample))) best = samples[i];
    }
    const reach = Math.max(0.4, 14 / this.geometry.pxPerS) * this.signal.fs;
    if (best === null || Math.abs(best - sample) > reach) return;
    this.selected = best;
    this.dirty.still = true;
    this.requestPaint();
    this.component.setStateValue("selected", { sample: best, record: this.signal.name });
  }

  // Measuring and reading

  toggleCalipers() {
    this.measuring = !this.measuring;
    if (!this.measuring) this.caliper = null;
    this.parts.calipers.setAttribute("aria-pressed", String(this.measuring));
    this.parts.surface.toggleAttribute("data-measuring", this.measuring);
    this.requestPaint();
  }

  /** A point on the paper as time and mV of the lead in whose lane the first point lies. */
  paperPoint(at, lane) {
    const { geometry, signal } = this;
    const i = lane ?? Math.min(signal.leads.length - 1, Math.max(0, Math.floor((at.y - geometry.paper.y) / geometry.lane)));
    const y = Math.min(Math.max(at.y, geometry.paper.y), geometry.paper.y + geometry.paper.h);
    return { s: geometry.timeAt(at.x), mv: (geometry.zeroY[i] - y) / geometry.pxPerMv, lane: i };
  }

  startCaliper(at) {
    const point = this.paperPoint(at);
    this.caliper = { from: point, to: point };
    this.requestPaint();
  }

  stretchCaliper(at) {
    if (this.caliper) this.caliper.to = this.paperPoint(at, this.caliper.from.lane);
    this.hover(at);
  }

  caliperText() {
    const { from, to } = this.caliper;
    const seconds = Math.abs(to.s - from.s);
    const rate = seconds > 0.05 ? ` = ${Math.round(60 / seconds)}/min` : "";
    return `${seconds.toFixed(3)} s${rate}, ${Math.abs(to.mv - from.mv).toFixed(2)} mV`;
  }

  hover(at) {
    this.pointer = at;
    this.hovered = at && at.x >= this.geometry.paper.x ? Math.round(this.geometry.timeAt(at.x) * this.signal.fs) : null;
    this.requestPaint();
  }

  readoutText() {
    const { labels, signal } = this;
    if (this.caliper) return `${labels.text.calipers}: ${this.caliperText()}`;
    if (this.measuring) return labels.text.calipers_hint;
    if (this.hovered === null || this.hovered < 0 || this.hovered >= signal.nSamples) return "";
    const parts = [formatTime(this.hovered / signal.fs, 3)];
    for (const lead of signal.leads) {
      const mv = lead.mv(this.hovered);
      parts.push(`${lead.name} ${Number.isNaN(mv) ? "–" : `${mv.toFixed(2).replace("-", "−")} mV`}`);
    }
    const row = labels.rows[0];
    const i = row ? nearestIndex(row.sample, this.hovered) : -1;
    if (i >= 0 && Math.abs(row.sample[i] - this.hovered) < signal.fs && this.labelState(0, row.sample[i]) === "shown") {
      const rr = labels.rr[i];
      const rate = rr > 0 ? `, RR ${rr.toFixed(3)} s = ${Math.round(60 / rr)}/min` : "";
      parts.push(`${row.symbol(i)} ${labels.symbolName(row.symbol(i))}${rate}`);
    }
    return parts.join("   ");
  }

  labelState(row, sample) {
    return this.monitor ? this.monitor.state(row, sample) : "shown";
  }

  /** Whether a beat wears the ring: the rows disagree, and both are known by now. */
  isRinged(r, i) {
    const { rows } = this.labels;
    const partner = rows[r].differs[i];
    if (!partner || r > 1) return false;
    return this.labelState(1 - r, rows[1 - r].sample[partner - 1]) === "shown";
  }

  // Words for those who do not see the canvas

  describe(announce) {
    const { labels, signal, view } = this;
    const lines = [];
    const counts = new Map();
    for (const [r, row] of labels.rows.entries()) {
      const to = lowerBound(row.sample, (view.startS + view.windowS) * signal.fs);
      for (let i = lowerBound(row.sample, view.startS * signal.fs); i < to && lines.length <= LIST_MAX; i++) {
        if (this.labelState(r, row.sample[i]) !== "shown") continue;
        lines.push({ r, i, symbol: row.symbol(i), sample: row.sample[i], ringed: this.isRinged(r, i) });
        if (r === 0) counts.set(row.symbol(i), (counts.get(row.symbol(i)) ?? 0) + 1);
      }
    }
    const key = lines.map(({ r, sample, symbol }) => `${r}${symbol}${sample}`).join();
    if (key !== this.described) {
      this.described = key;
      this.parts.list.replaceChildren(
        ...lines.slice(0, LIST_MAX).map(({ r, symbol, sample, ringed }) =>
          element("li", { "data-row": r, "data-symbol": symbol, "data-sample": sample }, [
            `${labels.rows[r].name}: ${formatTime(sample / signal.fs, 2)} ${symbol} ${labels.symbolName(symbol)}` +
              (ringed ? `, ${labels.text.disagreement}` : ""),
          ]),
        ),
      );
    }
    if (!announce) return;
    const tally = [...counts].map(([symbol, n]) => `${symbol} ${n}`).join(", ");
    const end = Math.min(view.startS + view.windowS, signal.durationS);
    this.parts.live.textContent = `${formatTime(view.startS, 1)} – ${formatTime(end, 1)}${tally ? `: ${tally}` : ""}`;
  }

  say(words) {
    this.parts.note.textContent = words;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.parts.note.textContent = ""), 3500);
  }

  toggleHelp() {
    this.help.toggleAttribute("hidden");
  }

  escape() {
    if (!this.help.hidden) this.toggleHelp();
    else if (this.measuring) this.toggleCalipers();
    else if (this.monitor?.playheadS != null) this.monitor.stop();
  }

  async savePng() {
    download(await viewPng(this), fileName(this.signal, this.view, "png"));
  }

  async saveCsv() {
    const { view } = this; // the visitor may move on while the samples come
    if (!(await this.fetchView(view))) {
      const minutes = Math.floor((MOST_ASKED * this.signal.pieceSamples) / this.signal.fs / 60);
      return this.say(fill(this.labels.text.too_long, { minutes }));
    }
    download(new Blob([windowCsv(this.signal, view)], { type: "text/csv" }), fileName(this.signal, view, "csv"));
  }

  scaleText(geometry) {
    const short = (value) => String(Number(value.toPrecision(value < 10 ? 2 : 3)));
    return `${short(geometry.mmPerS)} mm/s   ${short(geometry.mmPerMv)} mm/mV`;
  }

  // Painting

  requestPaint() {
    if (this.frameRequest || this.end.signal.aborted) return;
    this.frameRequest = requestAnimationFrame((now) => {
      this.frameRequest = null;
      if (this.signal) this.paint(now);
    });
  }

  paint(now) {
    const began = performance.now();
    const width = this.parts.surface.clientWidth;
    if (width === 0) return;
    const scale = window.devicePixelRatio || 1;
    const before = this.view;
    this.monitor?.advance(now);
    this.geometry = layOut(width, this.signal, this.labels, this.view, this.gain, this.paperHeight, this.leastHeight());
    const resized = this.fit(this.parts.base, width, this.geometry.height, scale);
    this.fit(this.parts.over, width, this.geometry.height, scale);
    if (this.dirty.still || resized || this.monitor?.playing || before !== this.view || this.parts.overview.clientWidth !== this.overview.width) {
      const ctx = this.context.base;
      ctx.setTransform(scale, 0, 0, scale, 0, 0);
      ctx.fillStyle = this.colours.background;
      ctx.fillRect(0, 0, width, this.geometry.height);
      this.paintTrace(ctx, this.geometry, this.grid, scale);
      this.paintOverview(scale);
      this.parts.scale.textContent = `${this.scaleText(this.geometry)}   ${this.view.windowS.toFixed(this.view.windowS < 10 ? 1 : 0)} s`;
      this.dirty.still = false;
    }
    this.paintOver(scale);
    this.wantPieces();
    this.parts.readout.textContent = this.readoutText();
    this.monitor?.paintPanel();
    const { dataset } = this.frame;
    dataset.paints = ++this.paints;
    dataset.start = this.view.startS.toFixed(3);
    dataset.window = this.view.windowS.toFixed(3);
    dataset.record = this.signal.name;
    dataset.missing = this.signal.missingPieces(this.view.startS, this.view.startS + this.view.windowS).length;
    dataset.paintMs = (performance.now() - began).toFixed(2);
    this.frame.style.minHeight = "";
    if (this.monitor?.playing) {
      if (this.paints % 15 === 0) this.describe(false);
      this.requestPaint();
    } else if (this.paints === 1) this.describe(true);
    else if (this.described === undefined) this.describe(false);
  }

  /** The height down to which the trace does not shrink: that of the panel, where the panel stands beside it. */
  leastHeight() {
    return this.monitor && this.frame.clientWidth > PANEL_BESIDE_PX ? PANEL_PX : 0;
  }

  fit(canvas, width, height, scale) {
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width === w && canvas.height === h) return false;
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${height}px`;
    return true;
  }

  /** Everything that a picture of the view needs; also the PNG is painted by this. */
  paintTrace(ctx, geometry, grid, scale) {
    const { signal, labels, view, colours } = this;
    const { paper } = geometry;
    const knownS = this.monitor?.playheadS ?? Infinity;
    grid.paint(ctx, geometry, view.startS, colours, scale);
    ctx.save();
    ctx.beginPath();
    ctx.rect(paper.x, paper.y, paper.w, paper.h);
    ctx.clip();
    paintSignal(ctx, signal, geometry, colours, view.startS, Math.min(view.startS + view.windowS, knownS), scale);
    if (knownS < view.startS + view.windowS && !this.monitor.playing) {
      ctx.globalAlpha = 0.22;
      paintSignal(ctx, signal, geometry, colours, Math.max(knownS, view.startS), view.startS + view.windowS, scale);
    }
    ctx.restore();
    paintGutter(ctx, signal, labels, geometry, colours);
    for (const [r, row] of labels.rows.entries()) {
      paintRow(ctx, row, r, signal, geometry, view, colours, {
        state: (row_, sample) => this.labelState(row_, sample),
        ringed: (row_, i) => this.isRinged(row_, i),
      });
    }
    if (labels.rhythms.text.length) paintRhythms(ctx, labels, signal, geometry, view, colours, knownS);
    paintAxis(ctx, geometry, view, colours);
  }

  paintOverview(scale) {
    const canvas = this.parts.overview;
    const width = canvas.clientWidth;
    this.overview.layOut(width, this.signal, this.labels);
    this.fit(canvas, width, this.overview.height, scale);
    this.overview.paintStill(this.signal, this.labels, this.colours, scale);
    this.overview.paint(this.context.overview, this.view, this.colours, scale, this.monitor?.playheadS ?? null);
  }

  /** What moves without the trace: pointer, selected beat, the page's cursor, playhead, calipers. */
  paintOver(scale) {
    const { geometry, colours, signal } = this;
    const { paper } = geometry;
    const ctx = this.context.over;
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    ctx.clearRect(0, 0, geometry.width, geometry.height);
    const line = (seconds, colour, width, dash = []) => {
      const x = Math.round(geometry.xOf(seconds));
      if (x < paper.x || x > paper.x + paper.w) return;
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(x + 0.5, paper.y);
      ctx.lineTo(x + 0.5, paper.y + paper.h);
      ctx.stroke();
      ctx.setLineDash([]);
    };
    this.monitor?.paintSeen(ctx, geometry);
    const marked = this.monitor ? this.monitor.currentSample() : this.selected;
    if (marked !== null) this.paintMarked(ctx, marked);
    if (this.selected !== null) line(this.selected / signal.fs, colours.muted, 1, [3, 3]);
    if (this.cursorS !== null) line(this.cursorS, colours.accent, 1.5);
    if (this.hovered !== null && !this.measuring) line(this.hovered / signal.fs, colours.muted, 1);
    if (this.monitor?.playheadS != null) line(this.monitor.playheadS, colours.accent, 2);
    if (this.caliper) this.paintCaliper(ctx);
  }

  /** A soft ground behind the labels of one beat. */
  paintMarked(ctx, sample) {
    const { geometry, colours, labels, signal } = this;
    const x = geometry.xOf(sample / signal.fs);
    const row = labels.rows.at(-1);
    if (!row || x < geometry.paper.x || x > geometry.paper.x + geometry.paper.w) return;
    const { startS, windowS } = this.view;
    const n = lowerBound(row.sample, (startS + windowS) * signal.fs) - lowerBound(row.sample, startS * signal.fs);
    const half = Math.min(19, Math.max(6, (0.46 * geometry.paper.w) / Math.max(1, n)));
    ctx.fillStyle = colours.selected;
    ctx.beginPath();
    ctx.roundRect(x - half, 1, 2 * half, labels.rows.length * ROW - 1, 7);
    ctx.fill();
  }

  paintCaliper(ctx) {
    const { geometry, colours } = this;
    const { from, to } = this.caliper;
    const zero = geometry.zeroY[from.lane];
    const [x1, x2] = [geometry.xOf(from.s), geometry.xOf(to.s)];
    const [y1, y2] = [zero - from.mv * geometry.pxPerMv, zero - to.mv * geometry.pxPerMv];
    const { paper } = geometry;
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
    const words = this.caliperText();
    ctx.font = `600 13px ${colours.font}`;
    const width = ctx.measureText(words).width + 16;
    const x = Math.min(Math.max((x1 + x2 - width) / 2, paper.x + 4), paper.x + paper.w - width - 4);
    const above = Math.min(y1, y2) - 34;
    const y = above > paper.y + 2 ? above : Math.min(Math.max(y1, y2) + 10, paper.y + paper.h - 28);
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
    ctx.restore();
  }

  destroy() {
    this.end.abort();
    this.resize.disconnect();
    clearTimeout(this.resting);
    clearTimeout(this.saying);
    cancelAnimationFrame(this.frameRequest);
    this.monitor?.end();
    for (const child of [...this.root.children]) if (child === this.frame || child.textContent === CSS) child.remove();
  }
}
