// Chapter 2: what a plain recurrent unit remembers, for any weight.

FIGURES.memory = class extends Figure {
  build() {
    super.build();
    const { text, data } = this;
    this.input ??= "impulse";
    this.squash ??= "tanh";
    this.index ??= data.weights.findIndex((w) => Math.abs(w - data.start) < 1e-6);
    this.shown = this.shown ?? 0;
    this.slider = slider(text.weight, { min: 0, max: data.weights.length - 1, step: 1, value: this.index }, (index) => {
      this.index = index;
      this.paint();
      return fixed(data.weights[index]);
    });
    const controls = html(
      "div",
      { class: "controls" },
      this.slider,
      choice(text.input, [["impulse", text.impulse], ["beat", text.beat]], this.input, (value) => {
        this.input = value;
        this.play();
      }),
      choice(text.squash, [["tanh", text.with_tanh], ["linear", text.without_tanh]], this.squash, (value) => {
        this.squash = value;
        this.paint();
      }),
      html("button", { type: "button", class: "play", text: `▶ ${text.play}`, onclick: () => this.play() }),
    );
    this.stage = html("div", { class: "stage" });
    this.words = html("p", { class: "words", role: "status" });
    this.frame.append(controls, this.stage, this.words);
  }

  run() {
    const { data } = this;
    const n = data.n_steps;
    const start = (((this.input === "impulse" ? 0 : 1) * 2 + (this.squash === "tanh" ? 0 : 1)) * data.weights.length + this.index) * n;
    return { state: data.state.subarray(start, start + n), gradient: data.gradient.subarray(start, start + n) };
  }

  play() {
    this.animate(2.4, (share) => {
      this.shown = Math.max(1, Math.round(share * this.data.n_steps));
      this.paint();
    });
  }

  draw() {
    this.slider.refresh();
    if (this.shown === 0) this.play();
    else this.paint();
  }

  paint() {
    const { data, text, width } = this;
    if (!width) return;
    const n = data.n_steps;
    const { state, gradient } = this.run();
    const x = data.input.subarray(this.input === "impulse" ? 0 : n, this.input === "impulse" ? n : 2 * n);
    const [left, right] = [46, width - 10];
    const time = linear(0, n - 1, left + 4, right - 4);
    const shown = Math.min(this.shown || n, n);
    const picture = svg("svg", { width, height: 430, role: "img", "aria-label": text.picture });

    const bars = linear(0, 1, 62, 24);
    picture.append(label(left, 14, text.input_title, { class: "title" }));
    for (let t = 0; t < n; t++) {
      const y = bars(x[t]);
      picture.append(svg("rect", { x: time(t) - 2, width: 4, y: Math.min(y, bars(0)), height: Math.max(Math.abs(y - bars(0)), 0.5), class: "ink-soft" }));
    }

    const largest = Math.max(1, ...state.map(Math.abs));
    const height = linear(-largest, largest, 216, 96);
    picture.append(label(left, 86, text.state_title, { class: "title" }));
    axisY(picture, height, left, largest > 1 ? [0] : [-1, 0, 1], right);
    if (largest > 1) picture.append(label(left - 6, 100, short(largest, 2), { "text-anchor": "end", class: "tick" }));
    const points = [...state.subarray(0, shown)].map((value, t) => [time(t), height(value)]);
    picture.append(line(points, { class: "accent" }));
    for (const [px, py] of points) picture.append(svg("circle", { cx: px, cy: py, r: 2, class: "accent-fill" }));

    const [low, high] = [-8, 4];
    const decade = linear(low, high, 390, 252);
    picture.append(label(left, 242, text.gradient_title, { class: "title" }));
    axisY(picture, decade, left, [-8, -6, -4, -2, 0, 2, 4], right, (tick) => (tick === 0 ? "1" : `10${superscript(tick)}`));
    picture.append(svg("line", { x1: left, x2: right, y1: decade(0), y2: decade(0), class: "axis" }));
    const log = [...gradient.subarray(0, shown)].map((value, t) => {
      const power = Math.log10(Math.abs(value));
      return [time(t), power < low - 0.3 || power > high + 0.3 ? NaN : decade(power)];
    });
    picture.append(line(log, { class: "warm", "stroke-width": 2 }));
    axisX(picture, time, 390, [0, 10, 20, 30, 40, 50], text.step, right);
    this.stage.replaceChildren(picture);

    const gone = gradient.findIndex((value) => Math.abs(value) < 0.01);
    const last = Math.abs(gradient[n - 1]);
    const latched = gone > 0 && data.weights[this.index] > 1 && this.input === "impulse";
    const words = last > 1.5 ? text.explodes : latched ? text.latches : gone > 0 ? text.fades : text.lasts;
    this.words.textContent = fill(words, { state: fixed(state[n - 1]), w: fixed(data.weights[this.index]), step: gone, last: n - 1, gradient: short(last) });
    Object.assign(this.frame.dataset, { weight: data.weights[this.index], gradient: gradient[n - 1], state: state[n - 1] });
  }
};
