// The Gates page's view: figures and calculators of one or two models on one beat. All that is shown is here; the server
// hears only where the visitor came to rest and which stretch was brushed.

const REST_MS = 500;
const READ_MS = 90; // the calculator changes no faster while playing: nobody could read it
const SPEEDS = [5, 15, 40, 100]; // steps a second

class Gates {
  constructor(root) {
    this.panes = [];
    this.step = 0;
    this.byPeak = false;
    this.playhead = null;
    this.speed = SPEEDS[1];
    this.brush = null;
    this.paints = 0;
    this.end = new AbortController();
    this.frame = element("div", { class: "gates", role: "group" });
    this.frame.style.minHeight = "640px";
    root.append(element("style", {}, [CSS]), this.frame);
    this.resize = new ResizeObserver(() => this.refresh());
    this.resize.observe(this.frame);
  }

  /** Take what Python sent. */
  update(text, packets, data, component) {
    this.component = component;
    const theme = getComputedStyle(this.frame);
    const key = [text.id, ...packets.map(({ id }) => id), theme.color, theme.backgroundColor].join();
    if (this.wish !== data.wish) {
      this.wish = data.wish;
      this.step = data.step;
      this.wantedUnit = data.unit;
    }
    if (key !== this.key) {
      this.key = key;
      this.text = text;
      this.readColours(theme);
      this.build(packets);
    }
    if (this.wantedUnit !== undefined) {
      for (const pane of this.panes) pane.unit = Math.min(this.wantedUnit, pane.inside.units - 1);
      this.wantedUnit = undefined;
    }
    this.brush = data.brush;
    this.step = Math.min(this.step, this.panes[0].inside.n_steps - 1);
    this.refresh();
  }

  readColours(style) {
    const rgb = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);
    const [ink, ground] = [rgb(style.color), rgb(style.backgroundColor)];
    const dark = ground[0] * 0.3 + ground[1] * 0.6 + ground[2] * 0.1 < 128;
    const theme = this.text.palette[dark ? "dark" : "light"];
    const mix = (share) => `rgba(${ink.join()},${share})`;
    this.colours = {
      paper: theme.paper, classes: theme.classes, marks: this.text.palette.marks, other: this.text.palette.other,
      text: style.color, background: style.backgroundColor, muted: mix(0.66), line: mix(0.2), band: mix(0.05), hatch: mix(0.28),
      accent: style.getPropertyValue("--st-primary-color").trim() || "#0072B2", brush: mix(0.16), font: style.fontFamily,
    };
    this.tables = { gate: this.text.gate_table, state: dark ? this.text.state_table_dark : this.text.state_table_light };
    this.frame.dataset.theme = dark ? "dark" : "light";
  }

  build(packets) {
    const { text } = this;
    const before = this.panes;
    this.pause();
    this.panes = packets.map((packet, p) => new Pane(this, new Inside(packet), before[p]));
    this.transport = this.buildTransport();
    this.live = element("div", { class: "hidden", "aria-live": "polite" });
    const stage = element("div", { class: "stage", "data-panes": this.panes.length }, this.panes.flatMap((pane) => [pane.node]));
    this.frame.replaceChildren(this.transport, stage, this.buildLegend(), this.live);
    this.frame.setAttribute("aria-label", text.title);
    this.frame.style.minHeight = "";
  }

  buildTransport() {
    const { text } = this;
    const speed = element("select", { "aria-label": text.speed, title: text.speed, "data-name": "speed" });
    for (const value of SPEEDS) speed.append(new Option(fillWords(text.steps_a_second, { n: value }), value));
    speed.value = this.speed;
    speed.addEventListener("change", () => (this.speed = Number(speed.value)));
    const order = element("select", { "aria-label": text.order, title: text.order, "data-name": "order" });
    order.append(new Option(text.as_stored, ""), new Option(text.by_peak, "peak"));
    order.value = this.byPeak ? "peak" : "";
    order.addEventListener("change", () => {
      this.byPeak = order.value === "peak";
      for (const pane of this.panes) pane.arrange();
      this.refresh();
    });
    this.play = button("play", text.play, () => this.toggle(), "play");
    this.place = element("output", { class: "place", "data-name": "place" });
    const last = () => this.panes[0].inside.readout_step;
    const go = (icon, label, action, name) => button(icon, label, action, name);
    return element("div", { class: "transport", role: "toolbar", "aria-label": text.calculator }, [
      go("toStart", text.first_step, () => this.goTo(0), "first"),
      go("stepBack", text.step_back, () => this.goTo(this.step - 1), "stepBack"),
      this.play,
      go("stepOn", text.step_on, () => this.goTo(this.step + 1), "stepOn"),
      go("toEnd", text.readout_step, () => this.goTo(last()), "last"),
      speed, this.place, order,
    ]);
  }

  buildLegend() {
    const { text, tables } = this;
    const scale = (table) => {
      const stops = [0, 32, 64, 96, 128, 160, 192, 224, 255].map((k) => `rgb(${[...table.slice(k * 3, k * 3 + 3)].join()})`);
      const node = element("span", { class: "scale" });
      node.style.background = `linear-gradient(to right, ${stops.join()})`;
      return node;
    };
    return element("div", { class: "legend" }, [
      element("span", {}, ["0 ", scale(tables.gate), ` 1  ${text.gates_scale}`]),
      element("span", {}, ["−1 ", scale(tables.state), ` 1  ${text.states_scale}`]),
      element("span", {}, [text.hint]),
    ]);
  }

  // Moving

  goTo(step, fromPlay = false) {
    if (!fromPlay) this.pause();
    const { n_steps: n } = this.panes[0].inside;
    this.step = Math.min(Math.max(step, 0), n - 1);
    this.refresh();
    if (!fromPlay) this.restLater();
  }

  choose(pane, step, unit) {
    if (unit !== null) pane.unit = Math.min(Math.max(unit, 0), pane.inside.units - 1);
    this.goTo(step);
  }

  toggle() {
    if (this.playing) return this.pause(true);
    const { inside } = this.panes[0];
    if (this.step >= inside.n_steps - 1) this.step = 0;
    this.playing = true;
    this.playhead = this.step * inside.step_stride + inside.step_stride - 1;
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
    const { step_stride: stride, n_steps: n } = this.panes[0].inside;
    if (this.before !== null) this.playhead += ((now - this.before) / 1000) * this.speed * stride;
    this.before = now;
    const step = Math.floor((this.playhead - stride + 1) / stride);
    this.step = Math.min(step, n - 1);
    if (step >= n - 1) this.pause(true);
    else this.refresh();
  }

  restLater() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const { unit } = this.panes[0];
      this.live.textContent = this.panes[0].words();
      this.component.setStateValue("cell", { step: this.step, unit, wish: this.wish });
    }, REST_MS);
  }

  brushed(first, last, done) {
    this.brush = first === null ? null : { first: Math.min(first, last), last: Math.max(first, last) };
    this.refresh();
    if (done) this.component.setStateValue("brush", this.brush);
  }

  onKey(event, pane) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in moves) {
      const [dt, du] = moves[event.key];
      const order = pane.order;
      const place = Math.min(Math.max(order.indexOf(pane.unit) + du, 0), order.length - 1);
      this.choose(pane, this.step + dt * (event.shiftKey ? 10 : 1), order[place]);
    } else if (event.key === " ") this.toggle();
    else if (event.key === "Home") this.goTo(0);
    else if (event.key === "End") this.goTo(pane.inside.readout_step);
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
      const newest = this.step * inside.step_stride + inside.step_stride - 1;
      this.place.textContent = fillWords(this.text.place, {
        step: this.step, n: inside.n_steps - 1, sample: newest, time: number((newest - inside.r_sample) / inside.fs, 2),
      });
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
  }
}

/** One model: its figure and its calculator. */
class Pane {
  constructor(view, inside, before) {
    this.view = view;
    this.inside = inside;
    this.unit = Math.min(before?.unit ?? 0, inside.units - 1);
    this.lit = [];
    this.base = element("canvas", { class: "base", "aria-hidden": "true" });
    this.over = element("canvas", { class: "over", "aria-hidden": "true" });
    this.surface = element("div", { class: "surface", tabindex: "0", role: "application", "aria-label": `${inside.name}. ${view.text.surface}` }, [this.base, this.over]);
    const mark = (name) => element("div", { class: `mark ${name}` });
    this.cursor = mark("cursor");
    this.playhead = mark("playhead");
    this.ticks = inside.rows.map(() => mark("tick"));
    this.cells = inside.rows.map(() => mark("cell"));
    this.surface.append(this.cursor, ...this.ticks, ...this.cells, this.playhead);
    this.readout = element("output", { class: "readout" });
    this.chances = element("div", { class: "chances", "data-name": "chances" });
    this.calculator = new Calculator(view.text, (cells) => {
      this.lit = cells;
      view.refresh();
    });
    if (before) this.calculator.open = before.calculator.open;
    this.node = element("div", { class: "pane", "data-model": inside.name }, [
      element("div", { class: "figure" }, [this.headline(), this.surface, this.readout]),
      element("div", { class: "side" }, [this.unitHead(), this.calculator.node]),
    ]);
    this.arrange();
    this.listen();
  }

  headline() {
    const { inside, view } = this;
    const bars = inside.classes.map((symbol, k) => {
      const p = inside.probability(inside.readout_step, k);
      const node = element("span", { "data-class": symbol, "data-value": p }, [`${symbol} `, element("b", {}, [p.toFixed(2)])]);
      node.style.setProperty("--share", `${p * 100}%`);
      node.style.setProperty("--colour", view.colours.classes[symbol]);
      return node;
    });
    return element("div", { class: "answer" }, [element("strong", {}, [inside.title]), ...bars]);
  }

  unitHead() {
    const { text } = this.view;
    this.unitName = element("strong");
    return element("div", { class: "unit" }, [
      this.unitName,
      button("up", text.unit_up, () => this.moveUnit(-1), "unitUp"),
      button("down", text.unit_down, () => this.moveUnit(1), "unitDown"),
    ]);
  }

  moveUnit(by) {
    const place = Math.min(Math.max(this.order.indexOf(this.unit) + by, 0), this.order.length - 1);
    this.view.choose(this, this.view.step, this.order[place]);
  }

  arrange() {
    this.order = this.inside.order(this.view.byPeak);
    this.places = new Map(this.order.map((unit, place) => [unit, place]));
    this.maps = new Map(["x", ...this.inside.rows].map((row) => [row, drawMap(this.inside, row, this.order, this.view.tables)]));
    this.painted = null;
  }

  listen() {
    const { surface, view } = this;
    const options = { signal: view.end.signal };
    const at = (event) => {
      const box = surface.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    let from = null;
    surface.addEventListener("keydown", (event) => view.onKey(event, this), options);
    surface.addEventListener("pointerdown", (event) => {
      const { x, y } = at(event);
      const lane = this.geometry.laneAt(y);
      const step = this.geometry.stepAt(x);
      surface.focus({ preventScroll: true });
      if (lane?.kind === "map") view.choose(this, step, lane.row === "x" ? null : this.order[this.placeAt(lane, y)]);
      else {
        from = { step, x };
        surface.setPointerCapture(event.pointerId);
      }
    }, options);
    surface.addEventListener("pointermove", (event) => {
      const { x, y } = at(event);
      if (from) {
        if (Math.abs(x - from.x) > 4) view.brushed(from.step, this.geometry.stepAt(x), false);
      } else this.hover(x, y);
    }, options);
    surface.addEventListener("pointerup", (event) => {
      if (!from) return;
      const { x } = at(event);
      if (Math.abs(x - from.x) > 4) view.brushed(from.step, this.geometry.stepAt(x), true);
      else view.choose(this, from.step, null);
      from = null;
    }, options);
    surface.addEventListener("pointerleave", () => this.hover(-1, -1), options);
  }

  placeAt(lane, y) {
    const count = this.inside.count(lane.row);
    return Math.min(Math.max(Math.floor(((y - lane.y) / lane.h) * count), 0), count - 1);
  }

  hover(x, y) {
    const { inside, geometry, view } = this;
    const lane = geometry.laneAt(y);
    const inPlot = x >= geometry.plot.x && x < geometry.plot.x + geometry.plot.w;
    let cell = null;
    let words = "";
    if (lane && inPlot) {
      const step = geometry.stepAt(x);
      if (lane.kind === "map") {
        const place = this.placeAt(lane, y);
        const index = lane.row === "x" ? place : this.order[place];
        cell = { row: lane.row, step, index };
        words = `${view.text.rows[lane.row]} ${face(lane.row)}${subscript(index)}(${step}) = ${number(inside.at(lane.row, step, index))}   ${this.calculator.contribution(cell)}`;
      } else if (lane.kind === "segment" || lane.kind === "rhythm") {
        const i = Math.floor(geometry.sampleAt(x));
        if (i < inside.length) words = this.segmentWords(i);
      } else if (lane.kind === "chances") {
        words = inside.classes.map((symbol, k) => `${symbol} ${inside.probability(step, k).toFixed(2)}`).join("   ");
        words = `${fillWords(view.text.after_step, { step })}   ${words}`;
      } else if (lane.kind === "saliency") {
        const i = Math.min(Math.max(Math.round(geometry.sampleAt(x)), 0), inside.n_samples - 1);
        words = fillWords(view.text.fall, { sample: i, symbol: inside.classes[inside.saliency_label], fall: number(inside.saliency[i]) });
      }
    }
    this.lit = cell ? [cell] : [];
    this.calculator.light(cell);
    this.readout.textContent = words;
    view.refresh();
  }

  /** Move the step's frame, the unit's marks and the playhead: elements, so that moving them repaints nothing else. */
  placeMarks() {
    const { geometry, inside, view } = this;
    const { plot, perStep, top, bottom } = geometry;
    const put = (node, x, y, w, h) => {
      node.style.transform = `translate(${x}px, ${y}px)`;
      if (w !== undefined) Object.assign(node.style, { width: `${w}px`, height: `${h}px` });
    };
    const x = geometry.xOfStep(view.step);
    put(this.cursor, x - 1, top - 1, perStep + 2, bottom - top + 2);
    const lanes = geometry.lanes.filter(({ kind, row }) => kind === "map" && row !== "x");
    lanes.forEach((lane, k) => {
      const tall = lane.h / inside.units;
      const y = lane.y + this.places.get(this.unit) * tall;
      put(this.ticks[k], plot.x - 6, y, 5, Math.max(tall, 2));
      put(this.cells[k], x - 1, y - 1, perStep + 2, tall + 2);
    });
    this.playhead.hidden = view.playhead === null;
    if (view.playhead !== null) put(this.playhead, geometry.xOf(view.playhead), top, 2, laneOf(geometry, "segment").h);
  }

  segmentWords(i) {
    const { inside, view } = this;
    const channel = (k) => inside.segment[k * inside.n_samples + i];
    const parts = [fillWords(view.text.at_sample, { sample: i, time: number((i - inside.r_sample) / inside.fs, 2), value: number(channel(0), 2) })];
    if (inside.channels.length > 4) {
      parts.push(fillWords(view.text.rhythm_at, { local: number(channel(2), 2), slow: number(channel(3), 2), irregularity: number(channel(4), 2) }));
    }
    return parts.join("   ");
  }

  words() {
    const { inside, unit, view } = this;
    const values = inside.rows.map((row) => `${face(row)} ${number(inside.at(row, view.step, unit))}`).join(", ");
    return `${fillWords(view.text.step_unit, { step: view.step, unit })}: ${values}`;
  }

  paint() {
    const { inside, view } = this;
    const width = this.surface.clientWidth;
    if (width === 0) return;
    const scale = window.devicePixelRatio || 1;
    this.geometry = layOutGates(inside, width);
    const key = `${width} ${scale}`;
    if (this.painted !== key) {
      this.painted = key;
      for (const canvas of [this.base, this.over]) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(this.geometry.height * scale);
        canvas.style.height = `${this.geometry.height}px`;
      }
      const ctx = this.base.getContext("2d", { alpha: false });
      ctx.setTransform(scale, 0, 0, scale, 0, 0);
      ctx.fillStyle = view.colours.background;
      ctx.fillRect(0, 0, width, this.geometry.height);
      paintGates(ctx, inside, this.geometry, view.colours, view.text, this.maps);
    }
    const marked = [key, ...this.lit.flatMap(({ row, step, index }) => [row, step, index]), view.brush?.first, view.brush?.last, view.byPeak].join();
    if (this.marked !== marked) {
      this.marked = marked;
      const ctx = this.over.getContext("2d");
      ctx.setTransform(scale, 0, 0, scale, 0, 0);
      paintMarked(ctx, inside, this.geometry, view.colours, { brush: view.brush, lit: this.lit, place: (unit) => this.places.get(unit) });
    }
    this.placeMarks();
    const now = performance.now();
    if (this.shown !== `${view.step} ${this.unit}` && !(view.playing && now - (this.shownAt ?? 0) < READ_MS)) {
      this.shownAt = now;
      this.shown = `${view.step} ${this.unit}`;
      this.calculator.show(inside, view.step, this.unit);
      this.unitName.textContent = fillWords(view.text.step_unit, { step: view.step, unit: this.unit });
    }
  }
}

Object.assign(ICONS, {
  toStart: "M6 6v12M19 6l-9 6 9 6z",
  toEnd: "M18 6v12M5 6l9 6-9 6z",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
});
