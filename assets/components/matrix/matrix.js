// Confusion matrices side by side. Every cell that is not empty is a button: arrow keys go from cell to cell.

class Matrices {
  constructor(root) {
    this.frame = html("div", { class: "matrices" });
    this.frame.addEventListener("keydown", (event) => this.walk(event));
    this.legend = html("p", { class: "legend" });
    this.room = html("div", { class: "room" }, this.frame, this.legend); // whose width decides how many stand side by side
    root.append(this.room);
  }

  update(data, report) {
    this.report = report;
    const text = JSON.stringify(data);
    if (text === this.shown) return;
    this.shown = text;
    this.data = data;
    const focused = this.frame.getRootNode().activeElement?.dataset?.cell;
    for (const [name, count] of [["wide", 1], ["three", 3], ["four", 4]]) this.frame.classList.toggle(name, data.panes.length === count);
    this.frame.replaceChildren(...data.panes.map((pane, number) => this.pane(pane, number)));
    this.legend.textContent = data.text.caption;
    this.frame.dataset.paints = Number(this.frame.dataset.paints ?? 0) + 1;
    if (focused) this.frame.querySelector(`[data-cell="${focused}"]`)?.focus({ preventScroll: true });
  }

  pane(pane, number) {
    const head = html("header", {}, html("h3", { text: pane.title }), pane.note && html("p", { class: "note", text: pane.note }));
    if (!pane.rows) return html("section", { class: "pane" }, head, html("p", { class: "empty", text: pane.empty }));
    const figures = pane.figures.map(({ name, value, range, size }) =>
      html("div", { class: `figure-of ${size}` }, html("span", { class: "name", text: name }), html("strong", { text: value }), html("small", { text: range ?? "" })),
    );
    return html(
      "section",
      { class: "pane", "data-pane": pane.key },
      head,
      figures.length ? html("div", { class: "figures" }, figures) : null,
      pane.gauge && this.gauge(pane.gauge),
      this.table(pane, number),
    );
  }

  /** Accuracy as a bar with its interval, and simple rules as thin lines through it. */
  gauge({ value, low, high, lines, label }) {
    const bar = html(
      "div",
      { class: "bar", role: "img", "aria-label": label },
      html("i", { class: "fill", style: `width: ${value * 100}%` }),
      low !== null && html("i", { class: "range", style: `left: ${low * 100}%; width: ${Math.max(high - low, 0.002) * 100}%` }),
      lines.map((line) => html("i", { class: "line", style: `left: ${line.value * 100}%` })),
    );
    const names = lines.map((line) => html("span", { style: `left: ${line.value * 100}%`, text: line.name, class: line.value > 0.5 ? "left" : "" }));
    return html("div", { class: "gauge" }, bar, html("div", { class: "names" }, names));
  }

  table(pane, number) {
    const { text, palette } = this.data;
    const colour = palette[isDark(this.frame) ? "dark" : "light"];
    const name = (symbol) =>
      html("span", { title: pane.names[symbol] ?? symbol }, html("i", { class: "dot", style: `background: ${colour[symbol] ?? "transparent"}` }), symbol);
    const head = html("tr", {}, html("th"), pane.columns.map((symbol) => html("th", { scope: "col" }, name(symbol))), html("th", { scope: "col", class: "edge", text: text.found, title: text.sensitivity }));
    const body = pane.rows.map((symbol, i) =>
      html("tr", {}, html("th", { scope: "row" }, name(symbol)), pane.cells[i].map((cell, j) => html("td", {}, this.cell(pane, number, cell, i, j))), html("td", { class: "edge", text: pane.sensitivity[i] })),
    );
    const foot = html("tr", {}, html("th", { scope: "row", class: "edge", text: "+P", title: text.predictivity }), pane.columns.map((_, j) => html("td", { class: "edge", text: pane.predictivity[j] })), html("td"));
    const columns = html("colgroup", {}, html("col", { class: "name" }), pane.columns.map(() => html("col")), html("col", { class: "edge-col" }));
    return html("table", {}, html("caption", { text: `${pane.title}. ${text.caption}` }), columns, html("thead", {}, head), html("tbody", {}, body), html("tfoot", {}, foot));
  }

  cell(pane, number, [n, label, depth, right], i, j) {
    if (n === 0) return html("span", { class: "nothing", text: label || "0" });
    const words = fill(this.data.text.cell, { truth: pane.rows[i], named: pane.columns[j], n: n.toLocaleString(this.data.text.locale) });
    const chosen = this.data.chosen?.pane === number && this.data.chosen.truth === i && this.data.chosen.named === j;
    return html("button", {
      type: "button",
      class: right ? "right" : "wrong",
      style: `--depth: ${Math.round(depth * 100)}%`,
      "data-cell": `${number}.${i}.${j}`,
      "aria-label": words,
      "aria-pressed": String(chosen),
      title: pane.opens ? words : `${words} ${this.data.text.closed}`,
      disabled: !pane.opens,
      text: label,
      onclick: () => this.report({ pane: number, truth: i, named: j, at: Date.now() }),
    });
  }

  walk(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const place = event.target.dataset?.cell?.split(".").map(Number);
    if (!step || !place) return;
    event.preventDefault();
    let [pane, i, j] = place;
    const { rows, columns } = this.data.panes[pane];
    for (i += step[0], j += step[1]; i >= 0 && j >= 0 && i < rows.length && j < columns.length; i += step[0], j += step[1]) {
      const next = this.frame.querySelector(`[data-cell="${pane}.${i}.${j}"]`);
      if (next) return next.focus();
    }
  }

  destroy() {
    this.room.remove();
  }
}

const MATRICES = (globalThis[Symbol.for("ecgmodel.matrices")] ??= new WeakMap());

export default ({ parentElement: root, data, setStateValue }) => {
  if (!MATRICES.has(root)) MATRICES.set(root, new Matrices(root));
  if (noteCall(root, data.stamp)()) MATRICES.get(root).update(data, (cell) => setStateValue("cell", cell));
  return whenGone(root, () => {
    MATRICES.get(root)?.destroy();
    MATRICES.delete(root);
  });
};
