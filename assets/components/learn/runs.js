// Chapter 8: annotations as tiles, cut into runs; a real stretch with the segments that its runs become; and one of them
// as the model gets it.

FIGURES.runs = class extends Figure {
  build() {
    super.build();
    this.chosen = Math.max(0, this.data.stretch.segments.findIndex((segment) => segment.chosen));
    this.stage = html("div");
    this.words = html("p", { class: "words", role: "status" });
    this.below = html("div");
    this.frame.append(this.stage, this.words, this.below);
  }

  draw(width) {
    this.animate(0.9, (share) => this.paint(width, share));
  }

  /** Tiles of symbols; each run has a frame, and moves away from the one before. */
  tiles(symbols, runs, width, share) {
    const gap = 12 * share;
    const size = Math.max(13, Math.min(30, (width - 12 * runs.length) / Math.max(symbols.length, 1)));
    const group = svg("g");
    let [x, y] = [2, 6];
    runs.forEach((run) => {
      const wide = (run.last - run.first + 1) * size;
      if (x + Math.min(wide, width) > width && x > 2) [x, y] = [2, y + 62];
      const start = x;
      const colour = run.kept ? this.classInk(run.symbol) : this.classColour("");
      for (let k = run.first; k <= run.last; k++) {
        if (x + size > width) [x, y] = [2, y + 62];
        group.append(svg("rect", { x, y, width: size - 2, height: 28, rx: 4, fill: colour, opacity: run.kept ? 0.28 : 0.14 }));
        group.append(label(x + size / 2 - 1, y + 19, symbols[k], { "text-anchor": "middle", style: "font-weight:600" }));
        x += size;
      }
      if (x > start) group.append(svg("path", { d: `M${start} ${y + 31}v5h${x - start - 2}v-5`, fill: "none", stroke: colour, "stroke-width": 1.5, opacity: share }));
      const words = run.kept ? `${run.symbol} × ${run.last - run.first + 1}` : "–";
      group.append(label((start + x) / 2, y + 50, words, { "text-anchor": "middle", class: "tick", opacity: share }));
      x += gap;
    });
    return [group, y + 62];
  }

  paint(width, share) {
    const { data, text } = this;
    const [tiles, height] = this.tiles(data.symbols, data.runs, width, share);
    const picture = svg("svg", { width, height, role: "group", "aria-label": text.picture });
    picture.append(tiles);
    this.stage.replaceChildren(picture);
    const kept = data.runs.filter((run) => run.kept);
    this.words.textContent = fill(text.count, { runs: data.runs.length, kept: kept.length });
    Object.assign(this.frame.dataset, { runs: data.runs.length, kept: kept.map((run) => `${run.symbol}${run.last - run.first + 1}`).join(" ") });
    this.paintRecord(width, share);
  }

  paintRecord(width, share) {
    const { data, text } = this;
    const { segments, marks } = data.stretch;
    const picture = svg("svg", { width, height: segments.length ? 358 : 176, role: "group", "aria-label": text.record });
    picture.append(label(2, 12, text.stretch, { class: "title" }));
    const n = data.signal.length;
    const x = linear(0, n, 2, width - 2);
    const values = [...data.signal];
    const y = linear(Math.min(...values), Math.max(...values), 112, 42);
    const bars = segments.map((segment, k) => {
      const [from, to] = [Math.max(0, segment.start), Math.min(n, segment.stop)];
      if (to <= from) return null;
      const colour = this.classColour(segment.symbol);
      const here = k === this.chosen;
      picture.append(svg("rect", { x: x(from), width: (x(to) - x(from)) * share, y: 36, height: 80, fill: colour, opacity: here ? 0.18 : 0.07 }));
      const pick = () => {
        this.chosen = k;
        this.paintRecord(this.width, 1);
        this.below.querySelector(`[data-segment="${k}"]`)?.focus();
      };
      const bar = svg("g", {
        class: "clickable", role: "button", tabindex: 0, "data-segment": k, "aria-pressed": String(here),
        "aria-label": this.inputWords(k),
        onclick: pick, onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), pick()),
      });
      const top = 122 + (k % 3) * 15;
      bar.append(svg("rect", { x: x(from), width: Math.max(6, x(to) - x(from)), y: top - 3, height: 15, fill: "transparent" }));
      bar.append(svg("rect", { x: x(from), width: Math.max(2, (x(to) - x(from)) * share), y: top, height: 9, rx: 3, fill: colour, opacity: here ? 1 : 0.55 }));
      return bar;
    });
    picture.append(line(values.map((value, i) => [x(i), y(value)]), { class: "ink", "stroke-width": 1.1 }), ...bars.filter(Boolean));
    const isBeat = (symbol) => symbol in data.palette.light;
    marks.forEach((mark) => picture.append(label(x(mark.at) - (isBeat(mark.symbol) ? 0 : 5), 32, mark.symbol, { "text-anchor": isBeat(mark.symbol) ? "middle" : "end", style: `fill:${this.classInk(mark.symbol)};font-weight:700` })));
    picture.append(label(2, 180, text.below, { class: "tick" }));
    if (segments.length) this.paintInput(picture, width, 206);
    this.below.replaceChildren(picture);
  }

  inputWords(k) {
    const { data, text } = this;
    const length = data[`segment_${k}`].length;
    return fill(text.input, { ...data.stretch.segments[k], length, padding: data.stretch.n_samples - length });
  }

  /** The segment of the chosen run: standardised, and filled with zeros. */
  paintInput(picture, width, top) {
    const { data, text } = this;
    const segment = data.stretch.segments[this.chosen];
    const values = [...data[`segment_${this.chosen}`]];
    const { n_samples: n } = data.stretch;
    const x = linear(0, n, 2, width - 2);
    const y = linear(Math.min(...values, 0), Math.max(...values, 0), top + 112, top + 22);
    picture.append(label(2, top, this.inputWords(this.chosen), { class: "title" }));
    picture.append(svg("rect", { x: x(values.length), width: x(n) - x(values.length), y: top + 12, height: 108, class: "soft-fill" }));
    if (x(n) - x(values.length) > 60) picture.append(label(x(values.length) + 6, top + 28, text.padding, { class: "tick" }));
    const whole = [...values, ...new Array(n - values.length).fill(0)];
    picture.append(line(whole.map((value, i) => [x(i), y(value)]), { style: `stroke:${this.classInk(segment.symbol)}`, "stroke-width": 1.4 }));
    axisX(picture, x, top + 122, [0, 250, 500, 750, 1000].filter((tick) => tick > 0 && tick < n), text.sample, width - 2);
    Object.assign(this.frame.dataset, { segment: this.chosen, length: values.length });
  }
};
