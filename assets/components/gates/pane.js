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
    this.step = Math.min(before?.step ?? 0, inside.n_steps - 1);
    this.readout = html("output", { class: "readout" });
    this.calculator = new Calculator(view.text, (cells) => {
      this.lit = cells;
      view.refresh();
    });
    if (before) this.calculator.open = before.calculator.open;
    this.node = html("div", { class: "pane", "data-model": inside.name, "data-stride": inside.step_stride, "data-r": inside.r_sample }, [
      html("div", { class: "figure" }, [this.headline(), this.surface, this.readout, this.legend()]),
      html("div", { class: "side" }, [this.unitHead(), this.calculator.node]),
    ]);
    this.arrange();
    this.listen();
  }

  /** What the model answers, and what it would say after the step of the cursor. */
  headline() {
    const { inside, view } = this;
    this.final = new Chances(inside, view.colours, "final");
    this.soFar = new Chances(inside, view.colours, "so_far");
    this.final.show(inside.readout_step, fill(view.text.final_answer, { step: inside.readout_step }));
    return html("div", { class: "answer" }, [html("strong", {}, [inside.title]), this.final.node, this.soFar.node]);
  }

  /** What the colours and the lines of this figure mean. */
  legend() {
    const { inside, view } = this;
    const { text, tables } = view;
    const scale = (row, table) => {
      const stops = [0, 32, 64, 96, 128, 160, 192, 224, 255].map((k) => `rgb(${[...table.slice(k * 3, k * 3 + 3)].join()})`);
      return html("span", { class: "scale", "data-row": row, style: `background: linear-gradient(to right, ${stops.join()})` });
    };
    const scaled = (rows, words) => {
      const [low, high] = inside.range(rows[0]);
      const end = (value) => (Number.isInteger(value) ? fixed(value, 0) : fixed(value, 2));
      const names = html("i", { text: rows.map(face).join(", ") });
      return html("span", {}, `${end(low)} `, scale(rows[0], low < 0 ? tables.state : tables.gate), ` ${end(high)} `, names, ` ${words}`);
    };
    const drawn = (kind, words) => html("span", {}, html("span", { class: `line ${kind}` }), ` ${words}`);
    const states = [...inside.gates.filter((gate) => CANDIDATES.has(gate)), "h"];
    return html("div", { class: "legend" },
      scaled(["x"], text.features_scale),
      scaled(inside.gates.filter((gate) => !CANDIDATES.has(gate)), text.gates_scale),
      scaled(states, text.states_scale),
      inside.rowIndex.has("c") && scaled(["c"], text.rows.c),
      inside.channels.length > 1 && drawn("typical", text.typical_beat),
      inside.channels.length > 2 && [
        drawn("local", text.rhythm_local), drawn("slow", text.rhythm_slow), drawn("irregular", text.rhythm_irregular),
      ],
      inside.baseline && drawn("before", text.baseline),
    );
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
    this.view.choose(this, this.step, this.order[place]);
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
        const fall = inside.saliency[i];
        const values = { sample: i, symbol: inside.classes[inside.saliency_label], change: fixed(Math.abs(fall), 3) };
        words = fill(fall < 0 ? view.text.rise : view.text.fall, values);
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
    const x = geometry.xOfStep(this.step);
    put(this.cursor, x - 1, top - 1, perStep + 2, bottom - top + 2);
    const lanes = geometry.lanes.filter(({ kind, row }) => kind === "map" && row !== "x");
    lanes.forEach((lane, k) => {
      const tall = lane.h / inside.units;
      const y = lane.y + this.places.get(this.unit) * tall;
      put(this.ticks[k], plot.x - 6, y, 5, Math.max(tall, 2));
      put(this.cells[k], x - 1, y - 1, perStep + 2, tall + 2);
    });
    this.playhead.hidden = view.playhead === null;
    const at = view.playhead === null ? 0 : Math.min(Math.max(view.playhead + inside.r_sample, 0), inside.nShown);
    if (view.playhead !== null) put(this.playhead, geometry.xOf(at), top, 2, laneOf(geometry, "segment").h);
  }

  segmentWords(i) {
    const { inside, view } = this;
    const channel = (k) => inside.segment[k * inside.n_samples + i];
    const parts = [fill(view.text.at_sample, { sample: i, time: view.timeWords(i - inside.r_sample), value: fixed(channel(0), 2) })];
    if (inside.channels.length > 4) {
      parts.push(fill(view.text.rhythm_at, { local: fixed(channel(2), 2), slow: fixed(channel(3), 2), irregularity: fixed(channel(4), 2) }));
    }
    return parts.join("   ");
  }

  /** What is read out where the visitor comes to rest: place, gates and the answer so far. */
  words() {
    const { inside, unit, step, view } = this;
    const values = inside.rows.map((row) => `${view.text.rows[row]} ${fixed(inside.at(row, step, unit), 3)}`).join(view.text.comma);
    const chances = inside.classes.map((symbol, k) => `${symbol} ${inside.probability(step, k).toFixed(2)}`).join(view.text.comma);
    const place = `${fill(view.text.step_unit, { step, unit })}, ${view.timeWords(inside.seenAt(step))}`;
    return `${view.panes.length > 1 ? `${inside.name}: ` : ""}${place}: ${values}; ${fill(view.text.after_step, { step })}: ${chances}`;
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
    if (this.shown !== `${this.step} ${this.unit}` && !(view.playing && now - (this.shownAt ?? 0) < READ_MS)) {
      this.shownAt = now;
      this.shown = `${this.step} ${this.unit}`;
      this.soFar.show(this.step, fill(view.text.after_step, { step: this.step }));
      this.calculator.show(inside, this.step, this.unit);
      this.unitName.textContent = fill(view.text.step_unit, { step: this.step, unit: this.unit });
    }
  }
}

/** The probabilities after one step, in a row with its words. */
class Chances {
  constructor(inside, colours, name) {
    this.inside = inside;
    this.words = html("span", { class: "words" });
    this.numbers = inside.classes.map(() => html("b"));
    this.bars = inside.classes.map((symbol, k) => {
      const bar = html("span", { class: "chance", "data-class": symbol }, [`${symbol} `, this.numbers[k]]);
      bar.style.setProperty("--colour", colours.classes[symbol]);
      return bar;
    });
    this.node = html("div", { class: "chances", "data-row": name }, [this.words, ...this.bars]);
  }

  show(step, words) {
    this.words.textContent = words;
    this.bars.forEach((bar, k) => {
      const p = this.inside.probability(step, k);
      bar.dataset.value = p;
      bar.style.setProperty("--share", `${p * 100}%`);
      this.numbers[k].textContent = p.toFixed(2);
    });
  }
}
