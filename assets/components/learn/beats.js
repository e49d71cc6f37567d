// Chapter 1: ten seconds of a trace, one beat with its waves, and an example of each class. Clicks choose a beat where
// a server answers them; in the lesson without one nothing looks as if it could be clicked.

FIGURES.beats = class extends Figure {
  build() {
    super.build();
    const { data, text } = this;
    this.trace = html("div", data.choosable ? { class: "clickable" } : {});
    this.zoom = html("div");
    this.gallery = html("div", { class: "gallery" });
    this.frame.append(
      html("p", { class: "heading" }, html("b", { text: fill(text.trace, { record: data.record, start: data.clock }) })),
      this.trace,
      html("p", { class: "heading spaced" }, html("b", { text: data.name })),
      this.zoom,
      html("p", { class: "heading spaced" }, html("b", { text: text.classes })),
      this.gallery,
    );
  }

  draw(width) {
    this.paintTrace(width, this.started || still() ? 1 : 0);
    this.paintZoom(width);
    this.paintGallery(width);
    if (!this.started && !still()) {
      this.started = true;
      this.animate(1.6, (share) => this.paintTrace(this.width, share));
    }
  }

  paper(width, height, seconds, fs, fine) {
    const group = svg("g");
    const colours = this.data.paper[isDark(this.frame) ? "dark" : "light"];
    group.append(svg("rect", { x: 0, y: 0, width, height, fill: colours.background }));
    const step = (width / seconds) * (fine ? 0.04 : 0.2);
    for (let k = 0; k * step <= width; k++) group.append(svg("line", { x1: k * step, x2: k * step, y1: 0, y2: height, stroke: !fine || k % 5 === 0 ? colours.bold : colours.fine, "stroke-width": fine && k % 5 === 0 ? 1 : 0.7 }));
    for (let k = 0; k * step <= height; k++) group.append(svg("line", { x1: 0, x2: width, y1: k * step, y2: k * step, stroke: !fine || k % 5 === 0 ? colours.bold : colours.fine, "stroke-width": fine && k % 5 === 0 ? 1 : 0.7 }));
    return group;
  }

  paintTrace(width, share) {
    const { data, text } = this;
    const height = 128;
    const seconds = data.signal.length / data.fs;
    const picture = svg("svg", { width, height: height + 18, role: "group", "aria-label": text.trace_label });
    picture.append(this.paper(width, height, seconds, data.fs, false));
    const x = linear(0, data.signal.length, 0, width);
    const [low, high] = data.range;
    const y = linear(low, high, height - 8, 26);
    const shown = Math.max(2, Math.round(data.signal.length * share));
    picture.append(line([...data.signal.subarray(0, shown)].map((value, i) => [x(i), y(value)]), { class: "ink", "stroke-width": 1.2 }));
    data.beats.forEach(({ at, symbol, sample, chosen }) => {
      if (at > shown) return;
      const name = `${symbol || text.beat} ${fixed(at / data.fs + data.start_s, 1)} s`;
      const group = svg("g", { role: "img", "aria-label": name });
      if (chosen) group.append(svg("rect", { x: x(at) - 11, y: 2, width: 22, height: height - 4, rx: 4, class: "seen" }));
      group.append(svg("rect", { x: x(at) - 12, y: 0, width: 24, height, fill: "transparent" }));
      group.append(label(x(at), 16, symbol || "·", { "text-anchor": "middle", style: `fill:${this.classInk(symbol)};font-weight:700` }));
      if (data.choosable) this.letChoose(group, sample);
      picture.append(group);
    });
    for (let s = 0; s <= seconds; s += 2) {
      const side = s === 0 ? "start" : s + 2 > seconds ? "end" : "middle"; // within the picture, at 864 s too
      picture.append(label(x(s * data.fs), height + 14, `${fixed(data.start_s + s, 0)} s`, { "text-anchor": side, class: "tick" }));
    }
    this.trace.replaceChildren(picture);
  }

  /** A beat of the trace is a button: by a click, by Enter and by the space bar. */
  letChoose(group, sample) {
    const choose = () => this.report("beat", { record: this.data.record, sample });
    for (const [name, value] of Object.entries({ class: "clickable", role: "button", tabindex: 0 })) group.setAttribute(name, value);
    group.addEventListener("click", choose);
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault(); // the space bar would turn the page
      choose();
    });
  }

  paintZoom(width) {
    const { data } = this;
    const height = 190;
    const { beat } = data;
    const seconds = data.zoom.length / data.fs;
    const picture = svg("svg", { width, height: height + 4, role: "img", "aria-label": data.name });
    picture.append(this.paper(width, height, seconds, data.fs, true));
    const x = linear(0, data.zoom.length, 0, width);
    const values = [...data.zoom];
    const y = linear(Math.min(...values), Math.max(...values), height - 30, 30);
    const wave = (from, to, name, colour) => {
      picture.append(svg("rect", { x: x(from), width: x(to) - x(from), y: 0, height, fill: colour, opacity: 0.16 }));
      picture.append(label((x(from) + x(to)) / 2, 16, name, { "text-anchor": "middle", class: "title" }));
    };
    if (beat.p !== null) wave(beat.p - 0.05 * data.fs, beat.p + 0.05 * data.fs, "P", "#009E73");
    wave(beat.qrs[0], beat.qrs[1], "QRS", this.classColour(beat.symbol));
    if (beat.t !== null) wave(beat.t - 0.09 * data.fs, beat.t + 0.09 * data.fs, "T", "#E69F00");
    picture.append(line(values.map((value, i) => [x(i), y(value)]), { class: "ink", "stroke-width": 1.8 }));
    this.zoom.replaceChildren(picture, html("p", { class: "muted caption", text: beat.words }));
    Object.assign(this.frame.dataset, { symbol: beat.symbol, sample: beat.sample, qrs: beat.qrs_ms });
  }

  paintGallery(width) {
    const { data } = this;
    const wide = Math.max(150, Math.floor(width / 2) - 6);
    this.gallery.replaceChildren(...data.examples.map((example, k) => {
      const picture = svg("svg", { width: wide, height: 62, role: "img", "aria-label": example.name });
      const signal = data[`example_${k}`];
      const values = [...signal];
      const x = linear(0, signal.length, 0, wide);
      const y = linear(Math.min(...values), Math.max(...values), 58, 4);
      const colour = this.classInk(example.symbol);
      picture.append(line(values.map((value, i) => [x(i), y(value)]), { class: "ink-quiet", "stroke-width": 1 }));
      const part = values.slice(example.from, example.to);
      picture.append(line(part.map((value, i) => [x(example.from + i), y(value)]), { stroke: colour, "stroke-width": 2.2 }));
      const choose = () => this.report("beat", { record: example.record, sample: example.sample });
      const [kind, attributes] = data.choosable ? ["button", { type: "button", class: "example", onclick: choose }] : ["div", { class: "example" }];
      return html(kind, attributes,
        html("span", {}, html("b", { text: example.symbol, style: `color:${colour}` }), ` ${example.name}`), picture, html("small", { class: "muted", text: example.look }), html("small", { class: "muted", text: example.where }));
    }));
  }
};
