// Chapter 9: the paper's figures beside ours, and how the accuracy grew while training.

FIGURES.bars = class extends Figure {
  build() {
    super.build();
    this.stage = html("div");
    this.frame.append(this.stage);
  }

  draw(width) {
    this.animate(0.8, (share) => this.paint(width, share));
  }

  paint(width, share) {
    const { data, text } = this;
    const left = Math.min(170, width * 0.36);
    const row = 19;
    const group = data.rows.length * row + 34;
    const curve = data.curves.length ? 176 : 0;
    const picture = svg("svg", { width, height: data.measures.length * group + curve + 8, role: "img", "aria-label": text.picture });
    const low = data.low;
    const x = linear(low, 1, left, width - 66);
    data.measures.forEach((measure, m) => {
      const top = m * group;
      picture.append(label(0, top + 14, measure.name, { class: "title" }));
      for (let tick = low; tick <= 1.0001; tick += 0.1) picture.append(svg("line", { x1: x(tick), x2: x(tick), y1: top + 20, y2: top + 20 + data.rows.length * row, class: "grid" }));
      data.rows.forEach((entry, k) => {
        const value = entry.values[m];
        const y = top + 22 + k * row;
        picture.append(label(left - 8, y + 12, entry.name, { "text-anchor": "end", class: entry.strong ? "" : "tick" }));
        if (value === null) return;
        // The axis does not begin at 0, so a dot and not the length of a bar says the value.
        const mark = entry.paper ? "ink-soft" : entry.rule ? "warm-fill" : "accent-fill";
        picture.append(svg("line", { x1: left, x2: left + (x(value) - left) * share, y1: y + 8, y2: y + 8, class: "axis" }));
        picture.append(svg("circle", { cx: left + (x(value) - left) * share, cy: y + 8, r: 5, class: mark }));
        picture.append(label(x(value) + 9, y + 12, `${fixed(100 * value, 1)}%`, { class: "tick" }));
      });
      if (m === data.measures.length - 1) for (let tick = low; tick <= 1.0001; tick += 0.1) picture.append(label(x(tick), top + 34 + data.rows.length * row, `${Math.round(tick * 100)}`, { "text-anchor": "middle", class: "tick" }));
    });
    if (curve) this.paintCurve(picture, width, data.measures.length * group + 8, share);
    this.stage.replaceChildren(picture);
    this.frame.dataset.rows = data.rows.map((entry) => `${entry.name}:${entry.values[0]}`).join(" ");
  }

  paintCurve(picture, width, top, share) {
    const { data, text } = this;
    const [left, right] = [40, width - 10];
    picture.append(label(0, top + 14, text.curve, { class: "title" }));
    const n = Math.max(...data.curves.map((curve) => curve.values.length));
    const values = data.curves.flatMap((curve) => curve.values);
    const x = linear(1, n, left, right);
    const low = Math.floor(10 * Math.min(...values, 0.9)) / 10;
    const y = linear(low, 1, top + 128, top + 26);
    axisY(picture, y, left, [low, (low + 1) / 2, 1], right, (tick) => `${Math.round(tick * 100)}`);
    data.curves.forEach((curve, k) => {
      const shown = Math.max(2, Math.round(curve.values.length * share));
      picture.append(line(curve.values.slice(0, shown).map((value, i) => [x(i + 1), y(value)]), { class: k ? "warm" : "accent" }));
      picture.append(label(right, top + 100 + 16 * k, curve.name, { "text-anchor": "end", class: k ? "name-warm" : "name-accent" }));
    });
    axisX(picture, x, top + 130, [1, Math.round(n / 2), n], text.epoch, right);
  }
};
