// Chapter 8: annotations as tiles, cut into runs; and a real stretch with the segments that its runs become.

FIGURES.runs = class extends Figure {
  build() {
    super.build();
    this.stage = html("div");
    this.words = html("p", { class: "words", role: "status" });
    this.frame.append(this.stage, this.words);
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
      const colour = this.classColour(run.kept ? run.symbol : "");
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
    const top = height + 22;
    const picture = svg("svg", { width, height: top + 178, role: "img", "aria-label": text.picture });
    picture.append(tiles, label(2, top, text.stretch, { class: "title" }));
    const n = data.signal.length;
    const x = linear(0, n, 2, width - 2);
    const values = [...data.signal];
    const y = linear(Math.min(...values), Math.max(...values), top + 98, top + 28);
    data.stretch.segments.forEach((segment, k) => {
      const base = top + 108 + (k % 3) * 15;
      const [from, to] = [Math.max(0, segment.start), Math.min(n, segment.stop)];
      if (to <= from) return;
      const colour = this.classColour(segment.symbol);
      picture.append(svg("rect", { x: x(from), width: Math.max(2, (x(to) - x(from)) * share), y: base, height: 9, rx: 3, fill: colour, opacity: 0.75 }));
      picture.append(svg("rect", { x: x(from), width: (x(to) - x(from)) * share, y: top + 22, height: 80, fill: colour, opacity: 0.07 }));
    });
    picture.append(line(values.map((value, i) => [x(i), y(value)]), { class: "ink", "stroke-width": 1.1 }));
    data.stretch.marks.forEach((mark) => picture.append(label(x(mark.at), top + 20, mark.symbol, { "text-anchor": "middle", style: `fill:${this.classColour(mark.symbol)};font-weight:700` })));
    picture.append(label(2, top + 170, text.below, { class: "tick" }));
    this.stage.replaceChildren(picture);
    this.words.textContent = fill(text.count, { runs: data.runs.length, kept: data.runs.filter((run) => run.kept).length });
    Object.assign(this.frame.dataset, { runs: data.runs.length, kept: data.runs.filter((run) => run.kept).map((run) => `${run.symbol}${run.last - run.first + 1}`).join(" ") });
  }
};
