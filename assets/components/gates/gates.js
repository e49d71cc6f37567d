// The Gates page's view: figures and calculators of one or two models on one beat. All that is shown is here; the server
// hears only where the visitor came to rest and which stretch was brushed.

const REST_MS = 500;
const SPEEDS = [5, 15, 40, 100]; // steps a second
const stays = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class Gates {
  constructor(root) {
    this.panes = [];
    this.step = 0;
    this.byPeak = false;
    this.playhead = null;
    this.speed = SPEEDS[stays() ? 0 : 1];
    this.brush = null;
    this.brushFrom = null; // where a stretch begins that is brushed by key
    this.paints = 0;
    this.end = new AbortController();
    this.frame = html("div", { class: "gates", role: "group" });
    this.frame.style.minHeight = "640px";
    this.style = html("style", { text: CSS });
    root.append(this.style, this.frame);
    this.resize = new ResizeObserver(() => this.refresh());
    this.resize.observe(this.frame);
  }

  /** Take what Python sent. */
  update(text, packets, data, component) {
    this.component = component;
    const { text: ink, background } = readTheme(this.frame);
    const key = [text.id, ...packets.map(({ id }) => id), ink, background].join();
    const isElsewhere = key !== this.key || this.wish !== data.wish;
    if (this.wish !== data.wish) {
      this.wish = data.wish;
      this.step = data.step;
      this.wantedUnit = data.unit;
    }
    if (key !== this.key) {
      this.key = key;
      this.text = text;
      this.readColours();
      this.build(packets);
    }
    if (this.wantedUnit !== undefined) {
      for (const pane of this.panes) pane.unit = Math.min(this.wantedUnit, pane.inside.units - 1);
      this.wantedUnit = undefined;
    }
    this.brush = data.brush;
    if (isElsewhere) this.setStep(this.step);
    this.refresh();
  }

  /** Put a model's cell to a step, and the other's to the step that has seen as much of the beat. */
  setStep(step, pane = this.panes[0]) {
    pane.step = Math.min(Math.max(step, 0), pane.inside.n_steps - 1);
    this.see(pane.inside.seenAt(pane.step), pane);
  }

  see(sample, leader = null) {
    for (const pane of this.panes) if (pane !== leader) pane.step = pane.inside.stepSeeing(sample);
    this.step = this.panes[0].step;
  }

  timeWords(samples) {
    const seconds = samples / this.panes[0].inside.fs;
    return fill(seconds < 0 ? this.text.before_r : this.text.after_r, { time: fixed(Math.abs(seconds), 2) });
  }

  readColours() {
    const { mix, ...theme } = readTheme(this.frame);
    const { palette } = this.text;
    const { paper, classes } = palette[theme.isDark ? "dark" : "light"];
    this.colours = {
      ...theme, paper, classes, marks: palette.marks, other: palette.other,
      muted: mix(0.66), line: mix(0.2), band: mix(0.05), hatch: mix(0.28), brush: mix(0.16),
    };
    this.tables = { gate: this.text.gate_table, state: theme.isDark ? this.text.state_table_dark : this.text.state_table_light };
    this.frame.dataset.theme = theme.isDark ? "dark" : "light";
  }

  build(packets) {
    const { text } = this;
    const before = this.panes;
    this.pause();
    this.panes = packets.map((packet, p) => new Pane(this, new Inside(packet), before[p]));
    this.transport = this.buildTransport();
    this.live = html("div", { class: "hidden", "aria-live": "polite" });
    const stage = html("div", { class: "stage", "data-panes": this.panes.length }, this.panes.map((pane) => pane.node));
    this.frame.replaceChildren(this.transport, stage, html("p", { class: "hint", text: text.hint }), this.live);
    this.frame.setAttribute("aria-label", text.title);
    this.frame.style.minHeight = "";
  }

  buildTransport() {
    const { text } = this;
    this.play = button("play", text.play, () => this.toggle(), "play");
    this.place = html("output", { class: "place", "data-name": "place" });
    return html("div", { class: "transport", role: "toolbar", "aria-label": text.calculator },
      button("toStart", text.first_step, () => this.goTo(0), "first"),
      button("stepBack", text.step_back, () => this.goTo(this.step - 1)),
      this.play,
      button("stepOn", text.step_on, () => this.goTo(this.step + 1)),
      button("toEnd", text.readout_step, () => this.goTo(this.panes[0].inside.readout_step), "last"),
      this.buildSpeeds(), this.place, this.buildOrders(),
    );
  }

  buildSpeeds() {
    const { text } = this;
    const speed = html("select", { "aria-label": text.speed, title: text.speed, "data-name": "speed" });
    for (const value of SPEEDS) speed.append(new Option(fill(text.steps_a_second, { n: value }), value));
    speed.value = this.speed;
    speed.addEventListener("change", () => (this.speed = Number(speed.value)));
    return speed;
  }

  buildOrders() {
    const { text } = this;
    const order = html("select", { "aria-label": text.order, title: text.order, "data-name": "order" });
    order.append(new Option(text.as_stored, ""), new Option(text.by_peak, "peak"));
    order.value = this.byPeak ? "peak" : "";
    order.addEventListener("change", () => {
      this.byPeak = order.value === "peak";
      for (const pane of this.panes) pane.arrange();
      this.refresh();
    });
    return order;
  }

  // Moving

  goTo(step, pane = this.panes[0]) {
    this.pause();
    this.setStep(step, pane);
    this.refresh();
    this.restLater(pane);
  }

  choose(pane, step, unit) {
    if (unit !== null) pane.unit = Math.min(Math.max(unit, 0), pane.inside.units - 1);
    this.goTo(step, pane);
  }

  /** The newest sample that any of the models has seen at its first step, and at its last. */
  ends() {
    return [
      Math.min(...this.panes.map(({ inside }) => inside.seenAt(0))),
      Math.max(...this.panes.map(({ inside }) => inside.seenAt(inside.n_steps - 1))),
    ];
  }

  toggle() {
    if (this.playing) return this.pause(true);
    const [first, last] = this.ends();
    const seen = Math.max(...this.panes.map(({ inside, step }) => inside.seenAt(step)));
    this.playing = true;
    this.playhead = seen >= last ? first : seen;
    if (seen >= last) this.see(first);
    this.before = null;
    setIcon(this.play, "pause", this.text.pause);
    this.refresh();
    return undefined;
  }

  pause(rest = false) {
    if (!this.playing) return;
    this.playing = false;
    this.playhead = null;
    setIcon(this.play, "play", this.text.play);
    this.refresh();
    if (rest) this.restLater();
  }

  /** Where playing has come to by now. */
  advance(now) {
    if (!this.playing) return;
    const { step_stride: stride } = this.panes[0].inside;
    if (this.before !== null) this.playhead += ((now - this.before) / 1000) * this.speed * stride;
    this.before = now;
    this.see(this.playhead);
    if (this.playhead >= this.ends()[1]) this.pause(true);
    else this.refresh();
  }

  restLater(pane = this.panes[0]) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const { unit } = this.panes[0];
      this.live.textContent = pane.words();
      this.component.setStateValue("cell", { step: this.step, unit, wish: this.wish });
    }, REST_MS);
  }

  brushed(first, last, done) {
    this.brush = first === null ? null : { first: Math.min(first, last), last: Math.max(first, last) };
    if (done) this.brushFrom = null;
    this.refresh();
    if (done) this.component.setStateValue("brush", this.brush);
  }

  /** By key a stretch is begun at one step and ended at another. */
  brushByKey(step) {
    const from = this.brushFrom;
    this.brushed(from ?? step, step, from !== null);
    if (from === null) this.brushFrom = step;
    this.live.textContent = fill(from === null ? this.text.brush_from : this.text.brush_to, this.brush);
  }

  onKey(event, pane) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in moves) {
      const [dt, du] = moves[event.key];
      const order = pane.order;
      const place = Math.min(Math.max(order.indexOf(pane.unit) + du, 0), order.length - 1);
      this.choose(pane, pane.step + dt * (event.shiftKey ? 10 : 1), order[place]);
      if (this.brushFrom !== null) this.brushed(this.brushFrom, pane.step, false);
    } else if (event.key === " ") this.toggle();
    else if (event.key === "Home") this.goTo(0, pane);
    else if (event.key === "End") this.goTo(pane.inside.readout_step, pane);
    else if (event.key === "b" && !event.ctrlKey && !event.metaKey) this.brushByKey(pane.step);
    else if (event.key === "Escape") this.brushed(null, null, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Painting

  refresh() {
    if (this.request || this.end.signal.aborted || !this.panes.length) return;
    this.request = requestAnimationFrame((now) => {
      this.request = null;
      const began = performance.now();
      this.advance(now);
      for (const pane of this.panes) pane.paint();
      const { inside } = this.panes[0];
      const seen = inside.seenAt(this.step);
      const isOne = this.panes.every((pane) => pane.step === this.step && pane.inside.n_steps === inside.n_steps);
      const place = { step: this.step, last: inside.n_steps - 1, sample: seen + inside.r_sample, time: this.timeWords(seen) };
      this.place.textContent = fill(isOne ? this.text.place : this.text.time, place);
      Object.assign(this.frame.dataset, {
        step: this.step, unit: this.panes[0].unit, paints: ++this.paints, paintMs: (performance.now() - began).toFixed(2),
        segment: inside.id,
      });
    });
  }

  destroy() {
    this.end.abort();
    clearTimeout(this.resting);
    this.resize.disconnect();
    this.style.remove();
    this.frame.remove();
  }
}
