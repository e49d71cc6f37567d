// Chapter 7: the whole network over one time axis, a kernel sliding with its numbers, and what a bias does to padding.

FIGURES.network = class extends Figure {
  build() {
    super.build();
    const { data, text } = this;
    this.view ??= "layers";
    this.layer = 0;
    this.filter = data.layers[0].strongest;
    this.border ??= "full";
    this.bias ??= 2;
    this.place = null;
    const controls = html(
      "div",
      { class: "controls" },
      choice(text.view, [["layers", text.layers], ["padding", text.padding_view]], this.view, (value) => {
        this.view = value;
        this.stop();
        this.paint();
      }),
    );
    this.stage = html("div", { class: "stage" });
    this.frame.append(controls, this.stage);
    this.maps = data.layers.map((layer, k) => data[`pooled_${k}`]);
    this.inputs = [data.signal, ...this.maps];
  }

  draw() {
    this.paint();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
  }

  paint() {
    if (!this.width) return;
    this.frame.dataset.view = this.view;
    if (this.view === "layers") this.paintLayers();
    else this.paintPadding();
  }

  colour(name) {
    return getComputedStyle(this.frame).getPropertyValue(name).trim() || "#0072B2";
  }

  /** A map of (places, rows) numbers as an image; its strength is the opacity, so that light and dark both work. */
  heat(values, places, rows, height, most, signed) {
    const canvas = html("canvas", { width: places, height: rows });
    const context = canvas.getContext("2d");
    const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const plus = rgb(signed ? "#d55e00" : this.colour("--st-primary-color"));
    const minus = rgb(this.colour("--st-primary-color"));
    const image = context.createImageData(places, rows);
    for (let place = 0; place < places; place++) {
      for (let row = 0; row < rows; row++) {
        const value = values[place * rows + row];
        const at = 4 * (row * places + place);
        image.data.set(value < 0 ? minus : plus, at);
        image.data[at + 3] = Math.min(255, (255 * Math.abs(value)) / (most || 1));
      }
    }
    context.putImageData(image, 0, 0);
    canvas.style.cssText = `display:block;width:100%;height:${height}px;image-rendering:pixelated`;
    return canvas;
  }

  row(name, shape, content, attributes = {}) {
    return html("div", { class: "layer", ...attributes }, html("div", { class: "layer-name" }, html("b", { text: name }), html("span", { class: "muted", text: shape })), html("div", { class: "layer-map" }, content));
  }

  paintLayers() {
    const { data, text, width } = this;
    const names = 118;
    const room = width - names - 4;
    const span = Math.max(...data.layers.map((layer) => layer.places * layer.stride));
    const x = linear(0, span, 0, room);
    const parts = [];
    const picture = svg("svg", { width: room, height: 54, role: "img", "aria-label": text.signal });
    if (data.length < data.n_samples) picture.append(svg("rect", { x: x(data.length), width: x(data.n_samples) - x(data.length), y: 0, height: 54, class: "soft-fill" }));
    const lead = Array.from({ length: data.n_samples }, (_, i) => data.signal[i * data.channels]);
    const y = linear(Math.min(...lead), Math.max(...lead), 50, 4);
    picture.append(line(lead.map((value, i) => [x(i), y(value)]), { class: "ink", "stroke-width": 1.1 }));
    this.marker = svg("rect", { y: 0, height: 54, class: "seen" });
    picture.append(this.marker);
    parts.push(this.row(text.signal, `${data.n_samples} × ${data.channels}`, picture));
    data.layers.forEach((layer, k) => {
      const each = Math.min(14, Math.max(3.5, 64 / layer.filters));
      const most = this.maps[k].reduce((a, b) => Math.max(a, b), 0);
      const holder = html("div", { class: "clickable map", style: `width:${x(layer.places * layer.stride)}px`, title: text.click }, this.heat(this.maps[k], layer.places, layer.filters, each * layer.filters, most, false));
      const frame = html("div", { class: "chosen", style: `height:${each}px;top:${each * this.filter}px` });
      if (k === this.layer) holder.append(frame);
      holder.addEventListener("click", (event) => {
        const box = holder.getBoundingClientRect();
        this.layer = k;
        this.filter = Math.min(layer.filters - 1, Math.floor((event.clientY - box.top) / each));
        this.place = Math.min(layer.conv_places - 1, Math.floor(((event.clientX - box.left) / box.width) * layer.places * 2));
        this.stop();
        this.paintLayers();
      });
      parts.push(this.row(fill(text.conv, { n: k + 1 }), `${layer.conv_places} → ${layer.places} × ${layer.filters}`, holder));
    });
    const last = data.layers.at(-1);
    const states = this.heat(data.states, data.n_steps, data.units, Math.min(84, Math.max(48, data.units * 2.4)), 1, true);
    const holder = html("div", { class: "map", style: `width:${x(data.n_steps * last.stride)}px` }, states, html("div", { class: "read", style: `left:${((data.readout + 0.5) / data.n_steps) * 100}%`, title: text.read }));
    parts.push(this.row(data.cell.toUpperCase(), `${data.n_steps} × ${data.units}`, holder));
    data.dense.forEach((values, k) => {
      const most = Math.max(...values, 1e-9);
      parts.push(this.row(fill(text.dense, { n: k + 1 }), `${values.length}`, html("div", { class: "map", style: `width:${Math.min(room, values.length * 12)}px` }, this.heat(values, values.length, 1, 12, most, false))));
    });
    const bars = html("div", { class: "classes" }, data.classes.map((name, i) =>
      html("span", { class: "class-bar" }, html("b", { text: name }), html("i", { style: `width:${Math.max(1, data.probabilities[i] * 100)}%` }), html("span", { text: fixed(data.probabilities[i]) }))));
    parts.push(this.row(text.softmax, `${data.classes.length}`, bars));
    this.panel = html("div", { class: "panel" });
    this.stage.replaceChildren(html("div", { class: "layers" }, parts), this.panel);
    this.buildPanel();
  }

  // The kernel at one place

  buildPanel() {
    const { data, text } = this;
    const layer = data.layers[this.layer];
    this.zeros = { full: [layer.kernel - 1, layer.kernel - 1], same: [(layer.kernel - 1) >> 1, layer.kernel >> 1], valid: [0, 0] }[this.border];
    const inputs = layer.inputs;
    this.outputs = inputs + this.zeros[0] + this.zeros[1] - layer.kernel + 1;
    this.peak = this.findPeak();
    this.place = Math.min(this.place ?? this.peak, this.outputs - 1);
    this.slider = slider(text.place, { min: 0, max: this.outputs - 1, step: 1, value: this.place }, (value) => {
      this.place = value;
      this.paintKernel();
      return String(value);
    });
    this.player = html("button", { type: "button", text: "▶", "aria-label": text.slide, title: text.slide, onclick: () => (this.timer ? this.pause() : this.play()) });
    const controls = html("div", { class: "controls" },
      choice(text.border, [["full", "full"], ["same", "same"], ["valid", "valid"]], this.border, (value) => {
        this.border = value;
        this.place = null;
        this.buildPanel();
      }),
      this.slider,
      this.player);
    this.kernelStage = html("div");
    this.kernelWords = html("p", { class: "words", role: "status" });
    this.panel.replaceChildren(html("p", { class: "heading" }, html("b", { text: fill(text.filter, { layer: this.layer + 1, filter: this.filter + 1, n: layer.filters }) })), controls, this.kernelStage, this.kernelWords);
    this.slider.refresh();
    if (!this.shown && !still()) {
      this.shown = true;
      this.play();
    }
  }

  play() {
    this.player.textContent = "❚❚";
    // To and fro where the filter answers most: over a flat line there would be nothing to see.
    const reach = 2 * this.data.layers[this.layer].kernel;
    const [first, last] = [Math.max(0, this.peak - reach), Math.min(this.outputs - 1, this.peak + reach)];
    this.timer = setInterval(() => this.slider.set(this.place < first || this.place >= last ? first : this.place + 1), 90);
  }

  /** The place to open with: where the filter answers most, of those where the drawn line is not flat. */
  findPeak() {
    const layer = this.data.layers[this.layer];
    const channel = this.channel(layer);
    const ranges = Array.from({ length: this.outputs }, (_, place) => {
      const seen = Array.from({ length: layer.kernel }, (_, tap) => this.product(place, tap)[channel][1]);
      return Math.max(...seen) - Math.min(...seen);
    });
    const wide = ranges.reduce((a, b) => Math.max(a, b)) / 2;
    let [best, most] = [0, -Infinity];
    for (let place = 0; place < this.outputs; place++) {
      const { scaled } = this.output(place);
      if (ranges[place] >= wide && scaled > most) [best, most] = [place, scaled];
    }
    return best;
  }

  pause() {
    this.stop();
    this.player.textContent = "▶";
  }

  product(place, tap) {
    const { data } = this;
    const layer = data.layers[this.layer];
    const at = place - this.zeros[0] + tap;
    const parts = [];
    for (let c = 0; c < layer.channels; c++) {
      const weight = data[`kernel_${this.layer}`][(tap * layer.channels + c) * layer.filters + this.filter];
      const value = at < 0 || at >= layer.inputs ? 0 : this.inputs[this.layer][at * layer.channels + c];
      parts.push([weight, value]);
    }
    return parts;
  }

  output(place) {
    const layer = this.data.layers[this.layer];
    let sum = 0;
    for (let tap = 0; tap < layer.kernel; tap++) for (const [w, v] of this.product(place, tap)) sum += w * v;
    const scaled = layer.scale ? sum * layer.scale[this.filter] + layer.shift[this.filter] : sum;
    return { sum, scaled, relu: Math.max(scaled, 0) };
  }

  paintKernel() {
    const { data, text, width } = this;
    const layer = data.layers[this.layer];
    const reach = Math.max(30, layer.kernel * 2);
    const centre = this.place - this.zeros[0] + layer.kernel / 2;
    const [low, high] = [Math.floor(centre - reach), Math.ceil(centre + reach)];
    const [left, right] = [8, width - 8];
    const x = linear(low, high, left, right);
    const picture = svg("svg", { width, height: 196, role: "img", "aria-label": text.kernel });
    const channel = this.channel(layer);
    const value = (i) => (i < 0 || i >= layer.inputs ? 0 : this.inputs[this.layer][i * layer.channels + channel]);
    const seen = [];
    for (let i = low; i <= high; i++) seen.push(value(i));
    const most = Math.max(0.5, ...seen.map(Math.abs));
    const y = linear(-most, most, 78, 16);
    const first = this.place - this.zeros[0];
    for (const [from, to] of [[low, 0], [layer.inputs, high]]) {
      if (to > from) picture.append(svg("rect", { x: x(Math.max(from, low) - 0.5), width: Math.max(0, x(to - 0.5) - x(Math.max(from, low) - 0.5)), y: 0, height: 80, class: "soft-fill" }));
    }
    picture.append(svg("rect", { x: x(first - 0.5), width: x(first + layer.kernel - 0.5) - x(first - 0.5), y: 0, height: 190, class: "seen" }));
    picture.append(svg("line", { x1: left, x2: right, y1: y(0), y2: y(0), class: "grid" }));
    picture.append(line(seen.map((v, k) => [x(low + k), y(v)]), { class: "ink" }));
    const products = [];
    let strongest = 1e-6;
    for (let tap = 0; tap < layer.kernel; tap++) {
      const product = this.product(this.place, tap).reduce((sum, [w, v]) => sum + w * v, 0);
      products.push(product);
      strongest = Math.max(strongest, Math.abs(product));
    }
    const bar = linear(-strongest, strongest, 132, 100);
    products.forEach((product, tap) => picture.append(svg("rect", { x: x(first + tap - 0.4), width: Math.max(x(0.8) - x(0), 1), y: Math.min(bar(0), bar(product)), height: Math.max(1, Math.abs(bar(product) - bar(0))), class: product < 0 ? "accent-fill" : "warm-fill" })));
    const outputs = [];
    const newest = this.zeros[0] - layer.kernel + 1; // output k stands below the newest sample that it has seen
    for (let k = Math.max(0, low + newest); k <= Math.min(this.place, high + newest); k++) outputs.push([x(k - newest), this.output(k).relu]);
    const top = Math.max(layer.most * 1.05, 0.1);
    const o = linear(0, top, 190, 138);
    picture.append(svg("line", { x1: left, x2: right, y1: o(0), y2: o(0), class: "grid" }));
    picture.append(line(outputs.map(([px, v]) => [px, o(v)]), { class: "warm", "stroke-width": 2 }));
    const now = this.output(this.place);
    if (outputs.length) picture.append(svg("circle", { cx: outputs.at(-1)[0], cy: o(now.relu), r: 4, class: "warm-fill" }));
    picture.append(label(left, 10, fill(layer.channels > 1 ? text.input_of : text.input, { channel: channel + 1, n: layer.channels }), { class: "tick" }), label(left, 96, text.products, { class: "tick" }), label(left, 150, text.output, { class: "tick" }));
    this.kernelStage.replaceChildren(picture);
    const terms = [];
    for (let tap = 0; tap < layer.kernel && terms.length < 3; tap++) {
      const [w, v] = this.product(this.place, tap)[channel];
      terms.push(`${terms.length ? factor(w) : fixed(w)} · ${factor(v)}`);
    }
    this.kernelWords.textContent = fill(layer.scale ? text.sum_norm : text.sum, { terms: terms.join(" + "), n: layer.kernel * layer.channels, sum: fixed(now.sum, 3), scaled: fixed(now.scaled, 3), relu: fixed(now.relu, 3), inputs: layer.inputs, kernel: layer.kernel, outputs: this.outputs });
    const stride = layer.stride / 2;
    const span = Math.max(...data.layers.map((other) => other.places * other.stride));
    const sample = linear(0, span, 0, width - 122);
    const from = Math.max(0, first * stride);
    this.marker.setAttribute("x", sample(from));
    this.marker.setAttribute("width", Math.max(2, sample((first + layer.kernel) * stride) - sample(from)));
    Object.assign(this.frame.dataset, { model: data.model, layer: this.layer, filter: this.filter, place: this.place, outputs: this.outputs, sum: now.sum, relu: now.relu, scaled: now.scaled });
  }

  /** The channel to draw: the lead itself, in later layers the one whose weights are largest. */
  channel(layer) {
    if (this.layer === 0) return 0;
    let best = 0;
    let most = -1;
    for (let c = 0; c < layer.channels; c++) {
      let size = 0;
      for (let tap = 0; tap < layer.kernel; tap++) size += Math.abs(this.data[`kernel_${this.layer}`][(tap * layer.channels + c) * layer.filters + this.filter]);
      if (size > most) [most, best] = [size, c];
    }
    return best;
  }

  // Padding

  paintPadding() {
    const { text, width } = this;
    const pad = this.data.padding;
    const [left, right] = [8, width - 8];
    const controls = html("div", { class: "controls" });
    const picture = html("div");
    const words = html("p", { class: "words", role: "status" });
    controls.append(slider(text.bias, { min: 0, max: pad.biases.length - 1, step: 1, value: this.bias }, (index) => {
      this.bias = index;
      this.paintBias(picture, words, left, right);
      return fixed(pad.biases[index]);
    }));
    this.stage.replaceChildren(html("p", { class: "muted", text: fill(text.padding_of, { length: pad.length, n: pad.n_samples }) }), controls, picture, words);
    controls.firstChild.refresh();
  }

  paintBias(holder, words, left, right) {
    const { data, text, width } = this;
    const pad = data.padding;
    const picture = svg("svg", { width, height: 520, role: "img", "aria-label": text.padding_view });
    const span = Math.max(pad.n_samples, ...pad.layers.map((layer) => layer.places * layer.stride));
    const x = linear(0, span, left, right);
    const y = linear(pad.low, pad.high, 66, 22);
    picture.append(label(left, 12, text.signal, { class: "title" }));
    picture.append(svg("rect", { x: x(pad.length), width: x(pad.n_samples) - x(pad.length), y: 18, height: 52, class: "soft-fill" }));
    picture.append(line([...data.pad_signal].map((v, i) => [x(i), y(v)]), { class: "ink", "stroke-width": 1.1 }));
    let worst = 0;
    pad.layers.forEach((layer, k) => {
      const base = 78 + k * 92;
      const offset = layer.places * this.bias;
      const plain = data[`pad_${k}`].subarray(0, layer.places);
      const biased = data[`pad_${k}`].subarray(offset, offset + layer.places);
      const top = Math.max(...plain, ...biased, 1e-9);
      const height = (v) => linear(0, 1, base + 76, base + 22)(Math.sqrt(v / top)); // or what a bias says would hardly show
      picture.append(svg("rect", { x: x(layer.first * layer.stride), width: Math.max(0, x(layer.places * layer.stride) - x(layer.first * layer.stride)), y: base + 18, height: 60, class: "soft-fill" }));
      picture.append(label(left, base + 12, fill(text.conv_most, { n: k + 1 }), { class: "title" }));
      picture.append(svg("line", { x1: left, x2: right, y1: height(0), y2: height(0), class: "grid" }));
      const path = (values) => [...values].map((v, i) => [x((i + 1) * layer.stride - 1), height(v)]);
      picture.append(line(path(plain), { class: "accent", "stroke-width": 3.5, opacity: 0.55 }));
      picture.append(line(path(biased), { class: "warm", "stroke-width": 1.5 })); // on top: what it says stands in the padding
      const said = path(biased).slice(layer.first);
      if (said.length) picture.append(svg("path", { d: `M${said[0][0]} ${height(0)}L${said.map((point) => point.join(" ")).join("L")}L${said.at(-1)[0]} ${height(0)}Z`, class: "warm-fill", opacity: 0.35 }));
      worst = Math.max(...biased.subarray(layer.first, layer.places - 3));
    });
    const base = 78 + 92 * pad.layers.length;
    const h = linear(-1, 1, base + 132, base + 22);
    picture.append(label(left, base + 12, text.states, { class: "title" }));
    picture.append(svg("rect", { x: x(pad.layers.at(-1).first * pad.layers.at(-1).stride), width: Math.max(0, right - x(pad.layers.at(-1).first * pad.layers.at(-1).stride)), y: base + 18, height: 118, class: "soft-fill" }));
    for (let unit = 0; unit < pad.units; unit++) {
      picture.append(line(Array.from({ length: pad.n_steps }, (_, t) => [x((t + 1) * pad.layers.at(-1).stride - 1), h(data.pad_states[t * pad.units + unit])]), { class: "accent", "stroke-width": 1, opacity: 0.55 }));
    }
    holder.replaceChildren(picture);
    words.textContent = fill(this.bias === 0 ? text.no_bias : text.with_bias, { bias: fixed(pad.biases[this.bias]), worst: fixed(worst, 3) });
    Object.assign(this.frame.dataset, { bias: pad.biases[this.bias], worst });
  }

  destroy() {
    this.stop();
    super.destroy();
  }
};
