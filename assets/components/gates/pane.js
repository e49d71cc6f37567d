// One model on the beat: its figure and its calculator.

const READ_MS = 90; // the calculator changes no faster while playing: nobody could read it

class Pane {
  constructor(view, inside, before) {
    this.view = view;
    this.inside = inside;
    this.unit = Math.min(before?.unit ?? 0, inside.units - 1);
    this.lit = [];
    this.base = html("canvas", { class: "base", "aria-hidden": "true" });
    this.over = html("canvas", { class: "over", "aria-hidden": "true" });
    this.surface = html("div", { class: "surface", tabindex: "0", role: "application", "aria-label": `${inside.name}. ${view.text.surface}` }, [this.base, this.over]);
    const mark = (name) => html("div", { class: `mark ${name}` });
    this.cursor = mark("cursor");
    this.playhead = mark("playhead");
    this.ticks = inside.rows.map(() => mark("tick"));
    this.cells = inside.rows.map(() => mark("cell"));
    this.surface.append(this.cursor, ...this.ticks, ...this.cells, this.playhead);
    this.readout = html("output", { class: "readout" });
    this.calculator = new Calculator(view.text, (cells) => {
      this.lit = cells;
      view.refresh();
    });
    if (before) this.calculator.open = before.calculator.open;
    this.node = html("div", { class: "pane", "data-model": inside.name }, [
      html("div", { class: "figure" }, [this.headline(), this.surface, this.readout]),
      html("div", { class: "side" }, [this.unitHead(), this.calculator.node]),
    ]);
    this.arrange();
    this.listen();
  }

  headline() {
    const { inside, view } = this;
    const bars = inside.classes.map((symbol, k) => {
      const p = inside.probability(inside.readout_step, k);
      const node = html("span", { "data-class": symbol, "data-value": p }, [`${symbol} `, html("b", {}, [p.toFixed(2)])]);
      node.style.setProperty("--share", `${p * 100}%`);
      node.style.setProperty("--colour", view.colours.classes[symbol]);
      return node;
    });
    return html("div", { class: "answer" }, [html("strong", {}, [inside.title]), ...bars]);
  }

  unitHead() {
    const { text } = this.view;
    this.unitName = html("strong");
    return html("div", { class: "unit" }, [
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
        words = `${view.text.rows[lane.row]} ${face(lane.row)}${subscript(index)}(${step}) = ${fixed(inside.at(lane.row, step, index), 3)}   ${this.calculator.contribution(cell)}`;
      } else if (lane.kind === "segment" || lane.kind === "rhythm") {
        const i = Math.floor(geometry.sampleAt(x));
        if (i < inside.length) words = this.segmentWords(i);
      } else if (lane.kind === "chances") {
        words = inside.classes.map((symbol, k) => `${symbol} ${inside.probability(step, k).toFixed(2)}`).join("   ");
        words = `${fill(view.text.after_step, { step })}   ${words}`;
      } else if (lane.kind === "saliency") {
        const i = Math.min(Math.max(Math.round(geometry.sampleAt(x)), 0), inside.n_samples - 1);
        words = fill(view.text.fall, { sample: i, symbol: inside.classes[inside.saliency_label], fall: fixed(inside.saliency[i], 3) });
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
    const parts = [fill(view.text.at_sample, { sample: i, time: fixed((i - inside.r_sample) / inside.fs, 2), value: fixed(channel(0), 2) })];
    if (inside.channels.length > 4) {
      parts.push(fill(view.text.rhythm_at, { local: fixed(channel(2), 2), slow: fixed(channel(3), 2), irregularity: fixed(channel(4), 2) }));
    }
    return parts.join("   ");
  }

  words() {
    const { inside, unit, view } = this;
    const values = inside.rows.map((row) => `${face(row)} ${fixed(inside.at(row, view.step, unit), 3)}`).join(", ");
    return `${fill(view.text.step_unit, { step: view.step, unit })}: ${values}`;
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
      for (const canvas of [this.base, this.over]) fitCanvas(canvas, width, this.geometry.height, scale);
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
      this.unitName.textContent = fill(view.text.step_unit, { step: view.step, unit: this.unit });
    }
  }
}
