// The start page: one real heartbeat on its way through the network. Every number is the network's own; what is played
// is only when it is shown. Each lane is painted once, whole, and uncovered from left to right.

const LENGTH_S = 20;
const BEAT_S = 2; // the beat is drawn
const LAYER_S = 1.5; // and each convolution slides along it
const STATE_S = 9; // the recurrent layer takes its steps; what is left of the time is the answer's
const QUESTION = "?";

FIGURES.heartbeat = class extends Figure {
  build() {
    super.build();
    const { data, text } = this;
    this.time ??= still() ? LENGTH_S : 0;
    this.stepsFrom = BEAT_S + LAYER_S * data.layers.length;
    this.switch = button("play", text.play, () => this.toggle());
    this.slider = html("input", { type: "range", min: 0, max: LENGTH_S, step: 0.1, "aria-label": text.time, oninput: () => this.seek(Number(this.slider.value)) });
    this.caption = html("p", { class: "said" });
    this.stage = html("div", { class: "lanes" });
    this.answer = html("div", { class: "answer" });
    this.frame.append(
      html("div", { class: "player" }, this.switch, this.slider, this.caption),
      html("div", { class: "walk" }, this.stage, this.answer),
    );
    if (!still() && !this.begun) this.start();
    else this.reflect();
    this.begun = true;
  }

  draw(width) {
    const { data, text } = this;
    this.dark = isDark(this.frame);
    this.names = width < 560 ? 0 : 120;
    this.room = Math.max(120, (width < 760 ? width : width - 232) - this.names);
    this.span = data.n_steps * data.step_stride; // the last steps look beyond the segment
    this.lanes = [this.beatLane()];
    data.layers.forEach((layer, k) => this.lanes.push(this.mapLane(fill(text.conv, { n: k + 1 }), fill(text.filters, { n: layer.filters }), data[`map_${k}`], layer, this.accentTable(), 3)));
    const steps = { places: data.n_steps, filters: data.units, stride: data.step_stride };
    for (const [row, name, table] of [["r", text.r, data.gate_table], ["z", text.z, data.gate_table], ["h", text.h, this.dark ? data.state_dark : data.state_light]]) {
      this.lanes.push(this.mapLane(row, name, data[row], steps, table, 1.4));
    }
    this.stage.replaceChildren(this.marksLane(), ...this.lanes.map((lane) => lane.element));
    this.buildAnswer();
    this.show();
    this.frame.dataset.paints = Number(this.frame.dataset.paints ?? 0) + 1;
  }

  // The lanes

  row(name, detail, content) {
    return html("div", { class: "lane" }, html("div", { class: "lane-name" }, html("b", { text: name }), html("span", { text: detail })), content);
  }

  percent(sample) {
    return `${(100 * sample) / this.span}%`;
  }

  marksLane() {
    const { data } = this;
    this.marks = data.marks.map(({ sample, symbol }) => {
      const mark = html("span", { class: "beat-mark", style: `left:${this.percent(sample)}` });
      mark.dataset.symbol = symbol;
      mark.classList.toggle("asked", sample === data.r_sample);
      return mark;
    });
    return this.row("", this.text.experts, html("div", { class: "map marks" }, this.marks));
  }

  beatLane() {
    const { data, text } = this;
    const paper = data.paper[this.dark ? "dark" : "light"];
    const height = 110;
    const scale = globalThis.devicePixelRatio || 1;
    const [sheet, ink] = [html("canvas"), html("canvas", { class: "ink-layer" })];
    for (const canvas of [sheet, ink]) {
      fitCanvas(canvas, this.room, height, scale);
      canvas.getContext("2d").scale(scale, scale);
    }
    const x = (sample) => (sample * this.room) / this.span;
    const ctx = sheet.getContext("2d");
    ctx.fillStyle = paper.background;
    ctx.fillRect(0, 0, this.room, height);
    const mv = Math.max(...data.lead) - Math.min(...data.lead);
    const perMv = (height - 12) / mv;
    for (const [seconds, millivolts, colour] of [[0.04, 0.1, paper.fine], [0.2, 0.5, paper.bold]]) {
      ctx.fillStyle = colour;
      for (let s = 0; s < this.span; s += seconds * data.fs) ctx.fillRect(Math.round(x(s)), 0, 1, height);
      for (let v = 0; v * perMv < height; v += millivolts) ctx.fillRect(0, Math.round(v * perMv), this.room, 1);
    }
    const pen = ink.getContext("2d");
    const top = Math.max(...data.lead);
    pen.strokeStyle = paper.ink;
    pen.lineWidth = 1.5;
    pen.lineJoin = "round";
    pen.beginPath();
    data.lead.forEach((value, i) => pen.lineTo(x(i), 6 + (top - value) * perMv));
    pen.stroke();
    return this.lane(this.row(text.beat, text.lead, html("div", { class: "map" }, sheet, ink)), ink, { places: data.lead.length, stride: 1 });
  }

  mapLane(name, detail, values, { places, filters, stride }, table, each) {
    const canvas = html("canvas", { width: places, height: filters, class: "pixels", style: `width:${this.percent(places * stride)};height:${Math.max(24, Math.round(filters * each))}px` });
    const context = canvas.getContext("2d");
    const image = context.createImageData(places, filters);
    for (let place = 0; place < places; place++) {
      for (let k = 0; k < filters; k++) image.data.set([...table.subarray(3 * values[place * filters + k], 3 * values[place * filters + k] + 3), 255], 4 * (k * places + place));
    }
    context.putImageData(image, 0, 0);
    return this.lane(this.row(name, detail, html("div", { class: "map" }, canvas)), canvas, { places, stride });
  }

  lane(element, ink, { places, stride }) {
    const map = element.lastChild;
    const head = html("i", { class: "head" });
    const kernel = html("i", { class: "kernel" });
    map.append(kernel, head);
    return { element, ink, head, kernel, width: places * stride, stride };
  }

  /** From the ground of the page to its accent: what a filter answers, from nothing to its largest value. */
  accentTable() {
    const style = getComputedStyle(this.frame);
    const parse = (colour) => (colour.startsWith("#") ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16)) : rgb(colour));
    const from = parse(style.getPropertyValue("--st-secondary-background-color").trim() || "#f6f6f4");
    const to = parse(style.getPropertyValue("--st-primary-color").trim() || "#0072b2");
    return Uint8Array.from({ length: 768 }, (_, i) => from[i % 3] + (to[i % 3] - from[i % 3]) * Math.floor(i / 3) / 255);
  }

  buildAnswer() {
    const { data, text } = this;
    this.bars = data.classes.map((symbol) => {
      const bar = html("i", { style: `background:${this.classColour(symbol)}` });
      const share = html("span", { class: "share" });
      return { bar, share, symbol, row: html("div", { class: "chance" }, html("b", { text: symbol }), html("span", { class: "name", text: text.classes[symbol] }), share, html("div", { class: "bar" }, bar)) };
    });
    this.verdict = html("p", { class: "verdict" });
    this.answer.replaceChildren(html("p", { class: "title", text: text.answer }), ...this.bars.map(({ row }) => row), this.verdict);
  }

  // Time

  start() {
    if (this.time >= LENGTH_S) this.time = 0;
    this.playing = true;
    let before = performance.now();
    cancelAnimationFrame(this.running);
    const tick = (now) => {
      this.time = Math.min(LENGTH_S, this.time + Math.min(Math.max(now - before, 0), 100) / 1000);
      before = now;
      if (this.time >= LENGTH_S) this.pause();
      else this.running = requestAnimationFrame(tick);
      this.show();
    };
    this.running = requestAnimationFrame(tick);
    this.reflect();
  }

  pause() {
    cancelAnimationFrame(this.running);
    this.playing = false;
    this.reflect();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.start();
  }

  seek(seconds) {
    this.pause();
    this.time = seconds;
    this.show();
  }

  reflect() {
    setIcon(this.switch, this.playing ? "pause" : "play", this.playing ? this.text.pause : this.text.play);
    this.frame.dataset.playing = String(this.playing ?? false);
  }

  /** Show the moment `this.time`. */
  show() {
    if (!this.lanes) return;
    const { data, text, time } = this;
    const part = (from, length) => Math.min(Math.max((time - from) / length, 0), 1);
    const done = part(this.stepsFrom, STATE_S);
    const step = done > 0 ? Math.min(data.readout_step, Math.floor(done * (data.readout_step + 1))) : -1;
    const ended = done >= 1;
    const shares = [part(0, BEAT_S), ...data.layers.map((_, k) => part(BEAT_S + k * LAYER_S, LAYER_S)), ...[0, 1, 2].map(() => (step + 1) / data.n_steps)];
    this.lanes.forEach((lane, k) => {
      lane.ink.style.clipPath = `inset(0 ${100 * (1 - shares[k])}% 0 0)`;
      const moving = shares[k] > 0 && shares[k] < 1 && !ended;
      lane.head.style.display = moving ? "block" : "none";
      lane.head.style.left = this.percent(shares[k] * lane.width);
      const reader = this.lanes[k + 1];
      const length = k < data.layers.length && shares[k + 1] > 0 && shares[k + 1] < 1 ? data.layers[k].kernel * lane.stride : 0;
      lane.kernel.style.display = length ? "block" : "none";
      if (length) {
        const end = Math.min(shares[k + 1] * reader.width, lane.width);
        lane.kernel.style.left = this.percent(Math.max(0, end - length));
        lane.kernel.style.width = this.percent(Math.min(end, length));
      }
    });
    this.marks.forEach((mark) => {
      const asked = mark.classList.contains("asked") && !ended;
      mark.textContent = asked ? QUESTION : mark.dataset.symbol;
    });
    const best = this.showChances(step, ended);
    this.caption.textContent = this.say(step, ended, best);
    this.slider.value = time;
    this.slider.setAttribute("aria-valuetext", `${Math.round(time)} s. ${this.caption.textContent}`);
    this.frame.dataset.step = String(step);
  }

  showChances(step, ended) {
    const { data, text } = this;
    const chances = step < 0 ? null : data.probabilities.subarray(step * data.classes.length, (step + 1) * data.classes.length);
    const best = chances ? chances.indexOf(Math.max(...chances)) : -1;
    this.bars.forEach(({ bar, share, row }, k) => {
      bar.style.transform = `scaleX(${chances ? chances[k] : 0})`;
      share.textContent = chances ? `${Math.round(100 * chances[k])}%` : "–";
      row.classList.toggle("best", ended && k === best);
    });
    const truth = data.marks.find(({ sample }) => sample === data.r_sample).symbol;
    this.verdict.textContent = ended ? fill(text.verdict, { symbol: truth, name: text.classes[truth] ?? "" }) : "\u00a0";
    return best;
  }

  say(step, ended, best) {
    const { data, text, time } = this;
    if (time < BEAT_S) return text.say_beat;
    const layer = Math.floor((time - BEAT_S) / LAYER_S);
    if (layer < data.layers.length) return fill(text.say_conv, { n: layer + 1, filters: data.layers[layer].filters });
    if (!ended) return fill(text.say_gates, { step: step + 1, n: data.n_steps });
    const symbol = data.classes[best];
    return fill(text.say_answer, { symbol, name: text.classes[symbol], share: this.bars[best].share.textContent });
  }
};
