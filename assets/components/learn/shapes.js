// Chapter 6: what a recurrent layer hands back, as grids of numbers for one member of the batch.

FIGURES.shapes = class extends Figure {
  build() {
    super.build();
    const { data, text } = this;
    this.member = Math.min(this.member ?? 0, data.batch - 1);
    this.slider = slider(text.member, { min: 0, max: data.batch - 1, step: 1, value: this.member }, (value) => {
      this.member = value;
      this.paint();
      return `${value + 1} / ${data.batch}`;
    });
    this.stage = html("div", { class: "stage" });
    this.frame.append(html("div", { class: "controls" }, this.slider), this.stage);
  }

  draw() {
    this.slider.refresh();
  }

  paint() {
    const { data, text, width } = this;
    if (!width) return;
    const cell = Math.min(46, (width - 70) / Math.max(data.features, data.units, 4));
    const tall = 20;
    const numbers = cell >= 30;
    const parts = [];
    const grid = (top, name, shape, rows, columns, value, { lit = () => true, rowName = null } = {}) => {
      const group = svg("g");
      group.append(label(4, top + 12, name, { class: "title" }), label(width - 4, top + 12, shape, { class: "title shape", "text-anchor": "end" }));
      for (let row = 0; row < rows; row++) {
        const y = top + 20 + row * tall;
        if (rowName) group.append(label(30, y + 14, rowName(row), { class: "tick", "text-anchor": "end" }));
        for (let column = 0; column < columns; column++) {
          const number = value(row, column);
          const on = lit(row);
          group.append(svg("rect", { x: 36 + column * cell, y, width: cell - 1, height: tall - 1, rx: 2, class: number < 0 ? "accent-fill" : "warm-fill", opacity: on ? Math.min(0.6, 0.04 + 0.5 * Math.abs(number)) : 0.03 }));
          if (numbers) group.append(label(36 + column * cell + cell / 2, y + 14, fixed(number), { class: "cellnumber", "text-anchor": "middle", opacity: on ? 1 : 0.35 }));
        }
      }
      parts.push(group);
      return top + 20 + rows * tall + 16;
    };
    const b = this.member;
    const shown = Math.min(data.steps, 12);
    const step = (row) => (data.steps > shown && row === shown - 1 ? data.steps - 1 : row);
    let top = grid(0, text.input, `(${data.batch}, ${data.steps}, ${data.features})`, shown, data.features, (row, column) => data.x[(b * data.steps + step(row)) * data.features + column], { rowName: (row) => `t=${step(row)}` });
    for (const [k, output] of data.outputs.entries()) {
      const values = data[`output_${k}`];
      const sequence = output.shape.length === 3;
      const shape = `(${output.shape.join(", ")})`;
      top = sequence
        ? grid(top, output.name, shape, shown, data.units, (row, column) => values[(b * data.steps + step(row)) * data.units + column], { rowName: (row) => `t=${step(row)}` })
        : grid(top, output.name, shape, 1, data.units, (row, column) => values[b * data.units + column], { rowName: () => `t=${data.steps - 1}` });
    }
    const picture = svg("svg", { width, height: top, role: "img", "aria-label": text.picture });
    picture.append(...parts);
    this.stage.replaceChildren(picture);
    this.frame.dataset.shapes = data.outputs.map((output) => `(${output.shape.join(", ")})`).join(" ");
    this.frame.dataset.first = data.output_0[b * (data.output_0.length / data.batch)];
  }
};
