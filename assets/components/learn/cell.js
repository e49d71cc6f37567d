// Chapters 3 and 4: one unit of the cell at one step, drawn as wires, gates and numbers. A phase is one of the four
// sentences of the text; what takes part in it is lit, and dots run along its wires.

const PLANS = {
  lstm: {
    gates: { f: [22, 36], i: [40, 36], g: [56, 36], o: [76, 36] },
    ops: { forget: [22, 8, "×"], write: [48, 22, "×"], add: [48, 8, "+"], tanh: [86, 18, "tanh"], read: [86, 29, "×"] },
    values: { c_before: [6, 8], h_before: [6, 51], x: [7, 60], c: [97, 8], h: [97, 29] },
    wires: [
      [1, [11, 51], [56, 51], [56, 36]],
      [1, [11, 60], [56, 60], [56, 51]],
      [2, [22, 51], [22, 36]],
      [2, [40, 51], [40, 36]],
      [2, [22, 36], [22, 8]],
      [2, [12, 8], [22, 8]],
      [2, [40, 36], [40, 22], [48, 22]],
      [2, [56, 36], [56, 22], [48, 22]],
      [3, [22, 8], [48, 8]],
      [3, [48, 22], [48, 8]],
      [4, [48, 8], [93, 8]],
      [4, [86, 8], [86, 18], [86, 29]],
      [4, [56, 51], [76, 51], [76, 36]],
      [4, [76, 36], [76, 29], [86, 29]],
      [4, [86, 29], [93, 29]],
    ],
    phases: { f: 2, i: 2, g: 1, o: 4, forget: 2, write: 2, add: 3, tanh: 4, read: 4, c_before: 2, h_before: 1, x: 1, c: 4, h: 4 },
  },
  gru: {
    gates: { r: [22, 38], z: [54, 38], "h~": [74, 38] },
    ops: { reset: [36, 24, "×"], keep: [54, 8, "×"], take: [74, 22, "×"], add: [88, 8, "+"] },
    values: { h_before: [6, 8], x: [7, 60], h: [97, 8] },
    wires: [
      [1, [15.5, 8], [15.5, 50], [22, 50], [22, 38]],
      [1, [11, 60], [22, 60], [22, 50]],
      [1, [22, 38], [22, 24], [36, 24]],
      [1, [36, 8], [36, 24]],
      [2, [36, 24], [44, 24], [44, 45], [66, 45], [66, 38], [74, 38]],
      [2, [22, 60], [74, 60], [74, 38]],
      [3, [22, 50], [54, 50], [54, 38]],
      [3, [54, 60], [54, 50]],
      [4, [12, 8], [54, 8], [88, 8], [93, 8]],
      [4, [54, 38], [54, 8]],
      [4, [54, 22], [74, 22]],
      [4, [74, 38], [74, 22], [88, 22], [88, 8]],
    ],
    phases: { r: 1, z: 3, "h~": 2, reset: 1, keep: 4, take: 4, add: 4, h_before: 1, x: 1, h: 4 },
  },
};

FIGURES.cell = class extends Figure {
  constructor(root, report) {
    super(root, report);
    this.frame.tabIndex = 0;
    this.frame.addEventListener("keydown", (event) => this.press(event));
  }

  build() {
    super.build();
    const { data, text } = this;
    this.step = data.step;
    this.unit = data.unit;
    this.phase = 1;
    this.convention ??= "new";
    this.frame.setAttribute("aria-label", text.keys);
    this.stepWords = html("output");
    this.unitWords = html("output");
    const button = (words, title, act) => html("button", { type: "button", text: words, title, "aria-label": title, onclick: act });
    this.phases = choice(text.phase, [1, 2, 3, 4].map((n) => [n, `${n}`]), 1, (n) => {
      this.stop();
      this.phase = Number(n);
      this.paint();
    });
    this.player = button("▶", text.play, () => (this.timer ? this.stop() : this.play()));
    const controls = html(
      "div",
      { class: "controls" },
      html("span", { class: "group" }, button("‹", text.step_back, () => this.go(-1, 0)), this.stepWords, button("›", text.step_on, () => this.go(1, 0))),
      html("span", { class: "group" }, button("‹", text.unit_back, () => this.go(0, -1)), this.unitWords, button("›", text.unit_on, () => this.go(0, 1))),
      html("span", { class: "group" }, this.phases, this.player),
      data.cell === "gru"
        ? choice(text.convention, [["new", text.z_new], ["old", text.z_old]], this.convention, (value) => {
            this.convention = value;
            this.phase = 4;
            this.phases.pick(4);
          })
        : null,
    );
    this.strip = html("div", { class: "strip clickable" });
    this.stage = html("div", { class: "stage" });
    this.words = html("div", { class: "sums", role: "status" });
    this.frame.append(controls, this.strip, this.stage, this.words);
    this.strip.addEventListener("pointerdown", (event) => this.point(event));
    this.strip.addEventListener("pointermove", (event) => event.buttons && this.point(event));
    if (!this.started && !still()) {
      this.started = true;
      this.play();
    }
  }

  at(row, step = this.step) {
    const { data } = this;
    if (step < 0) return 0;
    return data.values[(data.rows.indexOf(row) * data.n_steps + step) * data.units + this.unit];
  }

  total(gate) {
    const { data } = this;
    return data.totals[(data.gates.indexOf(gate) * data.n_steps + this.step) * data.units + this.unit];
  }

  go(steps, units) {
    this.stop();
    this.step = Math.min(Math.max(this.step + steps, 0), this.data.n_steps - 1);
    this.unit = Math.min(Math.max(this.unit + units, 0), this.data.units - 1);
    this.paint();
    this.tell();
  }

  press(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.target.tagName === "BUTTON" && event.key === " ") return;
    if (moves[event.key]) this.go(...moves[event.key]);
    else if (event.key === " ") this.timer ? this.stop() : this.play();
    else if ("1234".includes(event.key)) this.phases.pick(Number(event.key));
    else return;
    event.preventDefault();
  }

  point(event) {
    const box = this.strip.getBoundingClientRect();
    const share = (event.clientX - box.left - 34) / (box.width - 44);
    this.go(Math.round(share * (this.data.n_steps - 1)) - this.step, 0);
  }

  /** Tell the page the place, once the visitor has come to rest. */
  tell() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.report("place", { wish: this.data.wish, step: this.step, unit: this.unit }), 500);
  }

  play() {
    this.player.textContent = "❚❚";
    this.timer = setInterval(() => {
      this.phase = (this.phase % 4) + 1;
      if (this.phase === 1) this.step = (this.step + 1) % this.data.n_steps;
      this.paint();
    }, 1700);
  }

  stop() {
    if (this.timer) this.tell();
    clearInterval(this.timer);
    this.timer = null;
    this.player.textContent = "▶";
    this.frame.dataset.playing = "false";
  }

  draw() {
    this.paint();
  }

  paint() {
    if (!this.width) return;
    for (const button of this.phases.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.value === String(this.phase)));
    this.stepWords.textContent = fill(this.text.step, { step: this.step });
    this.unitWords.textContent = fill(this.text.unit, { j: this.unit });
    this.paintStrip();
    this.paintCell();
    this.words.replaceChildren(...this.sums().map(([number, words]) =>
      html("p", { class: number === this.phase ? "now" : "" }, html("b", { text: `${number} ` }), words)));
    const numbers = Object.fromEntries(this.data.rows.map((row) => [row === "h~" ? "candidate" : row, this.at(row)]));
    Object.assign(this.frame.dataset, { model: this.data.model, playing: Boolean(this.timer), step: this.step, unit: this.unit, phase: this.phase, ...numbers });
  }

  paintStrip() {
    const { data, width, text } = this;
    const [left, right] = [34, width - 10];
    const picture = svg("svg", { width, height: 142, role: "img", "aria-label": text.strip });
    const n = data.signal.length;
    const x = linear(0, n - 1, left, right);
    const first = Math.max(0, data.stride * this.step + data.stride - data.field);
    const last = Math.min(n - 1, data.stride * this.step + data.stride - 1);
    picture.append(svg("rect", { x: x(first), width: Math.max(x(last) - x(first), 2), y: 2, height: 62, class: "seen" }));
    if (data.length < n) {
      picture.append(svg("rect", { x: x(data.length), width: right - x(data.length), y: 2, height: 118, class: "soft-fill" }));
      if (right - x(data.length) > 60) picture.append(label(x(data.length) + 5, 14, text.padding, { class: "tick" }));
    }
    const y = linear(data.low, data.high, 62, 4);
    picture.append(line([...data.signal].map((value, i) => [x(i), y(value)]), { class: "ink", "stroke-width": 1.2 }));
    const t = linear(0, data.n_steps - 1, left, right);
    const rows = data.cell === "lstm" ? ["c", "h"] : ["h~", "h"];
    const most = Math.max(1, ...rows.flatMap((row) => Array.from({ length: data.n_steps }, (_, step) => Math.abs(this.at(row, step)))));
    const height = linear(-most, most, 122, 72);
    picture.append(svg("line", { x1: left, x2: right, y1: height(0), y2: height(0), class: "grid" }));
    rows.forEach((row, i) => {
      const points = Array.from({ length: data.n_steps }, (_, step) => [t(step), height(this.at(row, step))]);
      picture.append(line(points, { class: i ? "accent" : "warm", "stroke-width": i ? 2 : 1.2 }));
      picture.append(label(left - 6, 90 + 20 * i, face(row), { "text-anchor": "end", class: i ? "name-accent" : "name-warm" }));
    });
    picture.append(svg("line", { x1: t(this.step), x2: t(this.step), y1: 0, y2: 126, class: "cursor" }));
    picture.append(label(Math.min(Math.max(t(this.step), left + 20), right - 20), 139, fill(text.step, { step: this.step }), { "text-anchor": "middle", class: "tick" }));
    this.strip.replaceChildren(picture);
  }

  paintCell() {
    const { data, width } = this;
    const plan = PLANS[data.cell];
    const scale = 4.6;
    const height = 66 * scale;
    const at = ([x, y]) => [linear(0, 100, 8, width - 12)(x), 10 + y * scale];
    const picture = svg("svg", { width, height, role: "img", "aria-label": this.text.picture });
    picture.append(svg("rect", { x: at([13, 0])[0], y: 2, width: at([90.5, 0])[0] - at([13, 0])[0], height: height - 4, rx: 14, class: "cell" }));
    const dots = [];
    for (const [phase, ...points] of plan.wires) {
      const wire = line(points.map(at), { class: phase === this.phase ? "wire lit" : phase < this.phase ? "wire done" : "wire" });
      picture.append(wire);
      if (phase === this.phase) dots.push([wire, svg("circle", { r: 4, class: "dot" })]);
    }
    for (const [, dot] of dots) picture.append(dot); // below the boxes, so that no number is covered
    const state = (name) => (plan.phases[name] === this.phase ? "lit" : plan.phases[name] < this.phase ? "done" : "rest");
    for (const [name, [x, y, sign]] of Object.entries(plan.ops)) {
      const [cx, cy] = at([x, y]);
      const wide = sign.length > 1 ? 20 : 12;
      const group = svg("g", { class: `op ${state(name)}` }, svg("rect", { x: cx - wide, y: cy - 12, width: 2 * wide, height: 24, rx: 12 }));
      group.append(label(cx, cy + 5, sign, { "text-anchor": "middle" }));
      picture.append(group);
      const extra = data.cell === "gru" && name === "keep" ? (this.convention === "new" ? "1 − z" : "z") : data.cell === "gru" && name === "take" ? (this.convention === "new" ? "z" : "1 − z") : null;
      if (extra) picture.append(label(cx - 17, cy + 19, extra, { "text-anchor": "end", class: "tick" }));
    }
    for (const [name, [x, y]] of Object.entries(plan.gates)) {
      const [cx, cy] = at([x, y]);
      let value = this.at(name);
      if (name === "z" && this.convention === "old") value = 1 - value;
      const candidate = name === "g" || name === "h~";
      const group = svg("g", { class: `gate ${state(name)}` }, svg("rect", { x: cx - 29, y: cy - 20, width: 58, height: 40, rx: 6, class: "box" }));
      const share = candidate ? (value + 1) / 2 : value;
      group.append(svg("rect", { x: cx - 29, y: cy + 17, width: 58 * share, height: 3, class: "level" }));
      group.append(label(cx, cy - 4, `${candidate ? "tanh" : "σ"} ${face(name)}`, { "text-anchor": "middle", class: "tick" }));
      group.append(label(cx, cy + 12, fixed(value), { "text-anchor": "middle", class: "number" }));
      picture.append(group);
    }
    const names = { c_before: ["c(t−1)", () => this.at("c", this.step - 1)], h_before: ["h(t−1)", () => this.at("h", this.step - 1)], c: ["c(t)", () => this.at("c")], h: ["h(t)", () => this.at("h")], x: ["x(t)", null] };
    for (const [name, [x, y]] of Object.entries(plan.values)) {
      const [cx, cy] = at([x, y]);
      const [word, value] = names[name];
      const group = svg("g", { class: `value ${state(name)}` });
      group.append(label(cx, cy + (value ? -1 : 4), word, { "text-anchor": "middle", class: "tick" }));
      if (value) group.append(label(cx, cy + 14, fixed(value()), { "text-anchor": "middle", class: "number" }));
      picture.append(group);
    }
    this.stage.replaceChildren(picture);
    const move = (share) => {
      for (const [wire, dot] of dots) {
        const place = wire.getPointAtLength(wire.getTotalLength() * share);
        dot.setAttribute("cx", place.x);
        dot.setAttribute("cy", place.y);
      }
    };
    this.animate(1.3, move);
  }

  /** The four sentences of the step with its numbers. */
  sums() {
    const d = (value) => fixed(value, 3);
    const v = (row, step) => d(this.at(row, step));
    const p = (value) => factor(value, 3);
    const before = this.step - 1;
    const total = (gate) => d(this.total(gate));
    if (this.data.cell === "lstm") {
      const [fc, ig] = [this.at("f") * this.at("c", before), this.at("i") * this.at("g")];
      return [
        [1, `g = tanh(${total("g")}) = ${v("g")}`],
        [2, `i · g = ${v("i")} · ${p(this.at("g"))} = ${d(ig)},  f · c(t−1) = ${v("f")} · ${p(this.at("c", before))} = ${d(fc)}`],
        [3, `c(t) = ${d(fc)} + ${p(ig)} = ${v("c")}`],
        [4, `h(t) = o · tanh(c(t)) = ${v("o")} · ${p(Math.tanh(this.at("c")))} = ${v("h")}`],
      ];
    }
    const z = this.at("z");
    const blend =
      this.convention === "new"
        ? `h(t) = (1 − z) · h(t−1) + z · h̃ = ${d(1 - z)} · ${p(this.at("h", before))} + ${d(z)} · ${p(this.at("h~"))} = ${v("h")}`
        : `h(t) = z · h(t−1) + (1 − z) · h̃ = ${d(1 - z)} · ${p(this.at("h", before))} + ${d(z)} · ${p(this.at("h~"))} = ${v("h")}`;
    return [
      [1, `r = σ(${total("r")}) = ${v("r")},  r · h(t−1) = ${d(this.at("r") * this.at("h", before))}`],
      [2, `h̃ = tanh(${total("h~")}) = ${v("h~")}`],
      [3, this.convention === "new" ? `z = σ(${total("z")}) = ${d(z)}` : `z = σ(${d(-this.total("z"))}) = ${d(1 - z)}`],
      [4, blend],
    ];
  }

  destroy() {
    clearInterval(this.timer);
    clearTimeout(this.telling);
    super.destroy();
  }
};
