// The trace: one ECG with its labels. It holds the whole record, so that moving needs no server; it tells the page where
// it came to rest and which beat was clicked. Its parts are the other files of this folder, which Python joins.

const REST_MS = 400;
const STANDARD_S = 10;
const LEAST_S = 0.5;
const PANEL_BESIDE_PX = 760; // as the container query in trace/trace.css
const PANEL_PX = 330;

class Trace {
  constructor(root) {
    this.root = root;
    this.view = { startS: 0, windowS: STANDARD_S };
    this.gain = null; // mm/mV; null: the largest up to 10 that fits
    this.selected = null; // sample of the beat last clicked or jumped to
    this.hovered = null; // sample under the pointer
    this.pointedS = null; // second under the pointer in the overview
    this.paints = 0;
    this.isStale = true; // what stands still is not on the screen as it is now
    this.end = new AbortController();
    this.picture = new Picture(this);
    this.pieces = new Pieces(this);
    this.calipers = new Calipers(this);
    this.speaker = new Speaker(this);
    this.search = new Search(this);
    this.beats = new Beats(this);
    this.editor = new Editor(this);
    window.addEventListener("beforeunload", (event) => this.editor.isSending && event.preventDefault(), { signal: this.end.signal });
    this.buildFrame();
    listen(this, this.end.signal);
    this.resize = new ResizeObserver(() => this.requestPaint());
    this.resize.observe(this.frame);
  }

  buildFrame() {
    const { base, over, overview } = this.picture.canvases;
    const surface = html("div", { class: "surface", tabindex: 0, role: "application" }, base, over);
    const stage = html("div", { class: "stage" }, surface);
    const readout = html("output", { class: "readout", "aria-live": "off" });
    const scale = html("span", { class: "scale" });
    const key = html("p", { class: "key" });
    this.parts = { surface, overview, stage, readout, scale, key };
    const { note, list, live } = this.speaker;
    this.frame = html("div", { class: "ecg", role: "group" },
      overview, key, stage, html("div", { class: "foot" }, readout, scale), note, list, live,
    );
    this.frame.style.minHeight = "420px"; // the page below does not leap when the first paint comes
    this.style = html("style", { text: CSS });
    this.root.append(this.style, this.frame);
  }

  /** Take what Python sent. */
  update(signalPacket, labelsPacket, data, component) {
    this.component = component;
    const newSignal = this.signal?.id !== signalPacket.id;
    const newLabels = newSignal || this.labels?.id !== labelsPacket.id;
    const isOtherRecord = this.signal?.name !== signalPacket.name;
    if (newSignal) {
      if (isOtherRecord) this.forget();
      this.signal = new Signal(signalPacket);
      this.pieces.answerDue = 0;
    }
    if (newLabels) this.labels = new Labels(labelsPacket, this.signal.fs);
    this.editor.take(data.edits, isOtherRecord);
    this.paperHeight = data.height;
    this.followSelection(data.selected);
    this.reportView = data.report_view;
    const theme = this.colours?.key;
    this.readColours();
    if (newLabels || theme !== this.colours.key) this.buildAround();
    if (newLabels || this.wish !== data.wish) this.speaker.renew();
    if (this.wish === data.wish) this.setView(this.view.startS, this.view.windowS);
    else this.follow(data);
    this.editor.reflect();
    this.repaint();
    if (newLabels && this.monitor && data.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.monitor.play();
    }
  }

  /** Another record comes: nothing of this one is selected or measured any more. */
  forget() {
    this.selected = null;
    this.hovered = null;
    this.calipers.clear();
  }

  /** Go where the page wants. */
  follow({ wish, view }) {
    this.wish = wish;
    this.monitor?.stop(); // a place that a page points at is shown with its labels
    this.setView(view.start_s, view.window_s);
    this.reported = `${view.start_s.toFixed(3)} ${view.window_s.toFixed(3)}`;
    if (this.reported !== this.viewKey()) this.restLater(); // the record had no such stretch
  }

  /** Select the beat that the page selected since. */
  followSelection({ number, record, sample }) {
    if (this.selection === number || record !== this.signal.name) return;
    this.selection = number;
    this.selected = sample;
  }

  buildAround() {
    const { text } = this.labels;
    const { surface, overview, stage, scale, key } = this.parts;
    for (const old of [this.toolbar, this.help, this.legend, this.labelling]) old?.remove();
    this.toolbar = buildToolbar(this);
    this.help = buildHelp(text, this.editor.isOn);
    this.legend = buildLegend(this.labels, this.colours);
    this.frame.prepend(this.toolbar);
    stage.before(this.help);
    scale.after(this.legend);
    this.labelling = this.editor.isOn ? this.editor.build() : null;
    if (this.labelling) stage.after(this.labelling);
    key.textContent = this.labels.rows.some(({ length }) => length) ? text.overview_key : "";
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
    const { mix, ...theme } = readTheme(this.frame);
    const { palette } = this.labels.text;
    const { paper, classes, inks } = palette[theme.isDark ? "dark" : "light"];
    this.colours = {
      ...theme, paper, classes, inks, marks: palette.marks, other: palette.other, otherText: mix(0.7),
      muted: mix(0.62), band: mix(0.07), bandStrong: mix(0.17), window: mix(0.16), selected: mix(0.13),
      key: `${theme.text} ${theme.background} ${theme.accent} ${theme.font}`,
    };
    this.frame.dataset.theme = theme.isDark ? "dark" : "light";
  }

  // Moving

  clampWindow(windowS) {
    return Math.min(Math.max(windowS, LEAST_S), Math.max(STANDARD_S, this.signal.durationS));
  }

  setView(startS, windowS) {
    const width = this.clampWindow(windowS);
    const last = Math.max(0, this.signal.durationS - width);
    this.view = { startS: Math.min(Math.max(startS, 0), last), windowS: width };
    this.isStale = true;
  }

  /** The visitor moves the view. */
  moveTo(startS, windowS = this.view.windowS) {
    if (this.monitor?.playing) this.monitor.pause();
    this.setView(startS, windowS);
    this.monitor?.leaveBehind();
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

  setGain(value) {
    this.gain = value === "" ? null : Number(value);
    this.repaint();
  }

  hover(at) {
    this.hovered = at && at.x >= this.geometry.paper.x ? Math.round(this.geometry.timeAt(at.x) * this.signal.fs) : null;
    this.requestPaint();
  }

  /** The pointer is at a second of the overview; `null` where it has left. */
  point(seconds) {
    this.pointedS = seconds;
    this.requestPaint();
  }

  toggleHelp() {
    if (this.help.open) this.help.close();
    else this.help.showModal(); // keeps the focus in, and Esc closes it
  }

  escape() {
    if (this.help.open) this.toggleHelp();
    else if (this.calipers.on) this.calipers.toggle();
    else if (this.monitor?.playheadS != null) this.monitor.stop();
  }

  // What is known of the labels

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

  /** Which of some increasing samples are in view: from the first index to the one behind the last. */
  indicesInView(samples) {
    const { startS, windowS } = this.view;
    return [startS, startS + windowS].map((seconds) => lowerBound(samples, seconds * this.signal.fs));
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
    this.speaker.describe(true);
    if (!this.reportView || this.viewKey() === this.reported) return;
    this.reported = this.viewKey();
    const [start, window] = this.reported.split(" ").map(Number);
    this.component.setStateValue("view", { start_s: start, window_s: window, wish: this.wish });
  }

  // Painting

  /** Paint all of it again. */
  repaint() {
    this.isStale = true;
    this.requestPaint();
  }

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
    this.monitor?.advance(now);
    const { signal, labels, view } = this;
    this.geometry = layOut(width, signal, labels, view, this.gain, this.paperHeight, this.leastHeight());
    const resized = this.picture.fit(this.geometry, scale);
    if (this.isStale || resized || this.monitor?.playing) {
      this.picture.paintStill(scale);
      this.parts.scale.textContent = `${scaleText(this.geometry)}   ${view.windowS.toFixed(view.windowS < 10 ? 1 : 0)} s`;
      this.isStale = false;
    }
    this.picture.paintOver(scale);
    this.pieces.want();
    this.parts.readout.textContent = readoutText(this);
    this.monitor?.paintPanel();
    this.frame.style.minHeight = "";
    Object.assign(this.frame.dataset, {
      paints: ++this.paints,
      start: view.startS.toFixed(3),
      window: view.windowS.toFixed(3),
      playhead: this.monitor?.playheadS?.toFixed(3) ?? "",
      record: signal.name,
      missing: signal.missingPieces(view.startS, view.startS + view.windowS).length,
      paintMs: (performance.now() - began).toFixed(2),
    });
    this.paintOn();
  }

  /** While the replay runs, the next frame follows, and the list of beats every so often; else it follows at once. */
  paintOn() {
    if (this.monitor?.playing) {
      if (this.paints % 15 === 0) this.speaker.describe(false);
      this.requestPaint();
    } else if (this.paints === 1) this.speaker.describe(true);
    else if (this.speaker.described === null) this.speaker.describe(false);
  }

  /** The height down to which the trace does not shrink: that of the panel, where the panel stands beside it. */
  leastHeight() {
    return this.monitor && this.frame.clientWidth > PANEL_BESIDE_PX ? PANEL_PX : 0;
  }

  destroy() {
    this.end.abort();
    this.resize.disconnect();
    clearTimeout(this.resting);
    cancelAnimationFrame(this.frameRequest);
    this.speaker.end();
    this.beats.end();
    this.monitor?.end();
    this.style.remove();
    this.frame.remove();
  }
}
