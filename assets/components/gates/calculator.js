// The calculator: the equations of the cell with the numbers of one step and one unit in place.

const SHOWN_TERMS = 5;

const EQUATIONS = {
  r: "σ(W x(t) + U h(t−1) + b)",
  z: "σ(W x(t) + U h(t−1) + b)",
  "h~": "tanh(W x(t) + U [r(t) · h(t−1)] + b)",
  f: "σ(W x(t) + U h(t−1) + b)",
  i: "σ(W x(t) + U h(t−1) + b)",
  o: "σ(W x(t) + U h(t−1) + b)",
  g: "tanh(W x(t) + U h(t−1) + b)",
};

class Calculator {
  constructor(text, onLight) {
    this.text = text;
    this.onLight = onLight; // cells of the heat maps that a term stands for
    this.open = new Set(); // gates whose every product is listed
    this.node = html("section", { class: "calculator", "aria-label": text.calculator });
    this.node.addEventListener("pointerover", (event) => this.over(event.target.closest("[data-term]")));
    this.node.addEventListener("pointerleave", () => this.over(null));
    this.node.addEventListener("click", (event) => {
      const name = event.target.closest("button[data-more]")?.dataset.more;
      if (name) this.toggle(name);
    });
  }

  toggle(name) {
    if (!this.open.delete(name)) this.open.add(name);
    this.show(this.inside, this.step, this.unit);
  }

  over(node) {
    const key = node?.dataset.term ?? null;
    if (key === this.lit) return;
    this.lit = key;
    if (key === null) return this.onLight([]);
    const [source, index] = key.split(":");
    const [before, unit] = [this.step - 1, Number(index)];
    const cells = {
      x: [{ row: "x", step: this.step, index: unit }],
      h: [{ row: "h", step: before, index: unit }],
      rh: [{ row: "r", step: this.step, index: unit }, { row: "h", step: before, index: unit }],
      c: [{ row: "c", step: before, index: unit }],
    };
    return this.onLight(cells[source] ?? [{ row: source, step: this.step, index: unit }]);
  }

  /** Light up the terms that read one cell of a heat map. */
  light(cell) {
    for (const node of this.node.querySelectorAll("[data-lit]")) node.removeAttribute("data-lit");
    if (!cell) return;
    const keys = [];
    if (cell.row === "x" && cell.step === this.step) keys.push(`x:${cell.index}`);
    if (cell.row === "h" && cell.step === this.step - 1) keys.push(`h:${cell.index}`, `rh:${cell.index}`);
    if (cell.row === "r" && cell.step === this.step) keys.push(`rh:${cell.index}`);
    if (cell.row === "c" && cell.step === this.step - 1) keys.push(`c:${cell.index}`);
    if (cell.step === this.step && cell.index === this.unit) keys.push(`${cell.row}:${cell.index}`);
    for (const key of keys) {
      for (const node of this.node.querySelectorAll(`[data-term="${key}"]`)) node.setAttribute("data-lit", "");
    }
  }

  /** The nodes stay from step to step, only what they say changes: a play must not wait for the layout of new ones. */
  show(inside, step, unit) {
    if (this.inside !== inside) {
      this.blocks = inside.gates.map((name) => new GateBlock(name));
      this.end = html("div", { class: "gate state", "data-gate": "h" });
      this.node.replaceChildren(...this.blocks.map((block) => block.node), this.end);
    }
    Object.assign(this, { inside, step, unit });
    const explained = inside.explain(step, unit);
    this.explained = explained;
    const widest = Math.max(...explained.gates.flatMap((gate) => gate.terms.map((term) => Math.abs(term.product))), 1e-9);
    explained.gates.forEach((gate, g) => this.blocks[g].show(gate, step, unit, widest, this.open.has(gate.name), this.text));
    this.end.replaceChildren(...this.state(explained), html("p", { class: "equation", text: this.text.rounded }));
  }

  state(explained) {
    const { step, unit, inside, text } = this;
    const { value, old, fresh } = explained;
    const at = (name, when = step) => `${face(name)}${subscript(unit)}(${when})`;
    const line = (...children) => html("p", {}, children);
    const i = (words, term) => html("i", term ? { "data-term": term } : {}, [words]);
    const lines = [];
    const result = html("b", { "data-value": explained.state, "data-name": "state" }, [fixed(explained.state, 3)]);
    const [z, candidate, before] = [printed(value.z), printed(value["h~"]), printed(old.value)];
    if (inside.cell === "gru") {
      const [kept, taken] = [printed(old.product), printed(fresh.product)];
      const isExact = printed((1 - z) * before) === kept && printed(z * candidate) === taken;
      lines.push(html("p", { class: "equation" }, ["h = (1 − z) · h(t−1) + z · h̃"]));
      lines.push(
        line(
          i(at("h"), `h:${unit}`), ` = (1 − ${fixed(z, 3)}) × ${factor(before, 3)} + ${fixed(z, 3)} × ${factor(candidate, 3)}`,
          html("br"), `${isExact ? "=" : "≈"} ${fixed(kept, 3)} + ${factor(taken, 3)} ${equals(kept + taken, explained.state)} `, result,
        ),
      );
    } else {
      const [f, fresh_, g, o, memory] = [value.f, value.i, value.g, value.o, explained.memory].map(printed);
      lines.push(html("p", { class: "equation" }, ["c = f · c(t−1) + i · g"]));
      lines.push(
        line(
          i(at("c"), `c:${unit}`), ` = ${fixed(f, 3)} × ${factor(before, 3)} + ${fixed(fresh_, 3)} × ${factor(g, 3)} ${equals(f * before + fresh_ * g, memory)} `,
          html("b", { "data-value": explained.memory, "data-name": "memory" }, [fixed(memory, 3)]),
        ),
      );
      lines.push(html("p", { class: "equation" }, ["h = o · tanh(c)"]));
      lines.push(line(i(at("h")), ` = ${fixed(o, 3)} × tanh(${fixed(memory, 3)}) ${equals(o * Math.tanh(memory), explained.state)} `, result));
    }
    if (explained.off) lines.push(html("p", { class: "equation" }, [text.off]));
    return lines;
  }

  /** What a cell of a heat map adds to each sum of the step and unit in view, in one line. */
  contribution(cell) {
    const parts = [];
    for (const gate of this.explained.gates) {
      if (gate.held) continue;
      const source = gate.name === "h~" ? "rh" : "h";
      const term = cell.row === "x" && cell.step === this.step
        ? gate.terms[cell.index]
        : cell.row === "h" && cell.step === this.step - 1
          ? gate.terms.find((one) => one.source === source && one.index === cell.index)
          : null;
      if (term) parts.push(`${face(gate.name)}${subscript(this.unit)}: ${productWords(term)} ${fixed(term.product, 3)}`);
    }
    return parts.join("   ");
  }
}

/** One gate: its value, its sum, and its products as a list, largest first. */
class GateBlock {
  constructor(name) {
    this.name = name;
    this.unitName = html("i");
    this.at = html("span");
    this.total = html("span");
    this.between = html("span");
    this.value = html("b");
    this.note = html("em");
    this.head = html("h4", {}, [this.unitName, this.at, this.total, this.between, this.value, this.note]);
    this.more = html("button", { type: "button", "data-more": name });
    this.rest = html("span");
    this.foot = html("li", { class: "foot" }, [this.more, this.rest]);
    this.bias = new TermLine();
    this.sum = new TermLine();
    this.sum.node.className = "sum";
    this.list = html("ol", {}, [this.foot, this.bias.node, this.sum.node]);
    this.rows = [];
    const equation = html("p", { class: "equation" }, [`${face(name)} = ${EQUATIONS[name]}`]);
    this.node = html("div", { class: "gate", "data-gate": name }, [this.head, equation, this.list]);
  }

  show(gate, step, unit, widest, open, text) {
    this.head.dataset.term = `${gate.name}:${unit}`;
    write(this.unitName, `${face(gate.name)}${subscript(unit)}`);
    write(this.at, gate.held ? `(${step}) = ` : `(${step}) = ${CANDIDATES.has(gate.name) ? "tanh" : "σ"}(`);
    write(this.total, gate.held ? "" : fixed(gate.total, 3));
    const squash = CANDIDATES.has(gate.name) ? Math.tanh : (x) => 1 / (1 + Math.exp(-x));
    write(this.between, gate.held ? "" : `) ${equals(squash(printed(gate.total)), gate.value)} `);
    write(this.value, fixed(gate.value, 3));
    write(this.note, gate.held ? ` ${text.held}` : "");
    this.value.dataset.value = gate.value;
    if (gate.held) delete this.total.dataset.total;
    else this.total.dataset.total = gate.total;
    this.list.hidden = gate.held;
    const sorted = gate.held ? [] : [...gate.terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const shown = open ? sorted : sorted.slice(0, SHOWN_TERMS);
    while (this.rows.length > shown.length) this.rows.pop().node.remove();
    while (this.rows.length < shown.length) {
      this.rows.push(new TermLine());
      this.foot.before(this.rows.at(-1).node);
    }
    shown.forEach((term, k) => this.rows[k].showTerm(term, step, widest));
    const rest = sorted.slice(shown.length).reduce((sum, term) => sum + term.product, 0);
    this.more.setAttribute("aria-expanded", String(open));
    write(this.more, open ? text.fewer : fill(text.more, { n: sorted.length - shown.length }));
    write(this.rest, open ? "" : fixed(rest, 3));
    this.bias.show("b", text.bias, gate.bias, widest);
    const summands = [...shown.map((term) => term.product), ...(open ? [] : [rest]), gate.bias];
    const sum = summands.reduce((total, value) => total + printed(value), 0);
    this.sum.show(text.sum, gate.held ? "" : equals(sum, gate.total), gate.held ? 0 : gate.total);
  }
}

const printed = (value) => Number((value ?? 0).toFixed(3));

/** Whether what is printed gives the result as it is printed, or only the numbers behind it do. */
const equals = (fromPrinted, result) => (Math.abs(fromPrinted - printed(result)) < 0.0005 + 1e-9 ? "=" : "≈");

/** The factors of a term, with the sign that stands before their product. */
function productWords({ weight, value, product }) {
  return `${fixed(weight, 3)} × ${factor(value, 3)} ${equals(printed(weight) * printed(value), product)}`;
}

/** One product of a sum, with a bar for its size and sign. */
class TermLine {
  constructor() {
    this.label = html("i");
    this.factors = html("span");
    this.product = html("span", { class: "p" });
    this.fill = html("u");
    this.node = html("li", {}, [this.label, this.factors, this.product, html("span", { class: "signed" }, [this.fill])]);
  }

  showTerm(term, step, widest) {
    const { source, index, product } = term;
    const names = {
      x: `x${subscript(index)}(${step})`,
      h: `h${subscript(index)}(${step - 1})`,
      rh: `r${subscript(index)} h${subscript(index)}(${step - 1})`,
    };
    this.node.dataset.term = `${source}:${index}`;
    this.node.dataset.product = product;
    this.show(names[source], productWords(term), product, widest);
  }

  /** Without a width of its bars a row has none: it is the sum of the others. */
  show(label, factors, product, widest = Infinity) {
    write(this.label, label);
    this.label.className = /\p{Script=Han}/u.test(label) ? "upright" : ""; // Chinese is not slanted
    write(this.factors, factors);
    write(this.product, fixed(product, 3));
    this.fill.className = product < 0 ? "minus" : "plus";
    this.fill.style.transform = `scaleX(${Math.max(-1, Math.min(product / widest, 1)).toFixed(3)})`;
  }
}

function write(node, words) {
  if (node.textContent !== words) node.textContent = words;
}
