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
    this.node = element("section", { class: "calculator", "aria-label": text.calculator });
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
      for (const node of this.node.querySelectorAll(`[data-term="${CSS_escape(key)}"]`)) node.setAttribute("data-lit", "");
    }
  }

  show(inside, step, unit) {
    Object.assign(this, { inside, step, unit });
    const explained = inside.explain(step, unit);
    this.explained = explained;
    const widest = Math.max(...explained.gates.flatMap((gate) => gate.terms.map((term) => Math.abs(term.product))), 1e-9);
    this.node.replaceChildren(
      ...explained.gates.map((gate) => this.gate(gate, widest)),
      this.state(explained),
    );
  }

  gate(gate, widest) {
    const { text, unit, step } = this;
    const name = `${face(gate.name)}${subscript(unit)}`;
    const squash = CANDIDATES.has(gate.name) ? "tanh" : "σ";
    const head = element("h4", { "data-term": `${gate.name}:${unit}` }, [
      element("i", {}, [name]), "(", String(step), ") = ",
      ...(gate.held
        ? [element("b", { "data-value": gate.value }, [number(gate.value)]), element("em", {}, [` ${text.held}`])]
        : [`${squash}(`, element("span", { "data-total": gate.total }, [number(gate.total)]), ") = ", element("b", { "data-value": gate.value }, [number(gate.value)])]),
    ]);
    const equation = element("p", { class: "equation" }, [`${face(gate.name)} = ${EQUATIONS[gate.name]}`]);
    const node = element("div", { class: "gate", "data-gate": gate.name }, [head, equation]);
    if (gate.held) return node;
    const sorted = [...gate.terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const open = this.open.has(gate.name);
    const shown = open ? sorted : sorted.slice(0, SHOWN_TERMS);
    const list = element("ol", {}, shown.map((term) => this.term(term, widest)));
    const rest = sorted.slice(shown.length).reduce((sum, term) => sum + term.product, 0);
    const foot = element("li", { class: "foot" }, [
      element("button", { type: "button", "data-more": gate.name, "aria-expanded": String(open) }, [
        open ? text.fewer : fillWords(text.more, { n: sorted.length - shown.length }),
      ]),
      element("span", {}, [open ? "" : number(rest)]),
    ]);
    const bias = element("li", {}, [
      element("i", {}, ["b"]), element("span", {}, [text.bias]), element("span", { class: "p" }, [number(gate.bias)]), this.bar(gate.bias, widest),
    ]);
    list.append(foot, bias);
    node.append(list);
    return node;
  }

  term({ source, index, weight, value, product }, widest) {
    const names = {
      x: `x${subscript(index)}(${this.step})`,
      h: `h${subscript(index)}(${this.step - 1})`,
      rh: `r${subscript(index)} h${subscript(index)}(${this.step - 1})`,
    };
    return element("li", { "data-term": `${source}:${index}`, "data-product": product }, [
      element("i", {}, [names[source]]),
      element("span", {}, [`${number(weight, 2)} × ${factor(value, 2)}`]),
      element("span", { class: "p" }, [number(product)]),
      this.bar(product, widest),
    ]);
  }

  bar(product, widest) {
    const share = Math.min(Math.abs(product) / widest, 1) * 50;
    const fill = element("u");
    fill.style.width = `${share}%`;
    fill.style.left = `${product < 0 ? 50 - share : 50}%`;
    fill.className = product < 0 ? "minus" : "plus";
    return element("span", { class: "signed" }, [fill]);
  }

  state(explained) {
    const { step, unit, inside, text } = this;
    const { value, old, fresh } = explained;
    const at = (name, when = step) => `${face(name)}${subscript(unit)}(${when})`;
    const line = (...children) => element("p", {}, children);
    const i = (words, term) => element("i", term ? { "data-term": term } : {}, [words]);
    const lines = [];
    const result = element("b", { "data-value": explained.state, "data-name": "state" }, [number(explained.state)]);
    if (inside.cell === "gru") {
      lines.push(element("p", { class: "equation" }, ["h = (1 − z) · h(t−1) + z · h̃"]));
      lines.push(
        line(
          i(at("h"), `h:${unit}`), ` = (1 − ${number(value.z)}) × ${factor(old.value)} + ${number(value.z)} × ${factor(value["h~"])}`,
          element("br"), `= ${number(old.product)} + ${factor(fresh.product)} = `, result,
        ),
      );
    } else {
      lines.push(element("p", { class: "equation" }, ["c = f · c(t−1) + i · g"]));
      lines.push(
        line(
          i(at("c"), `c:${unit}`), ` = ${number(value.f)} × ${factor(old.value)} + ${number(value.i)} × ${factor(value.g)} = `,
          element("b", { "data-value": explained.memory, "data-name": "memory" }, [number(explained.memory)]),
        ),
      );
      lines.push(element("p", { class: "equation" }, ["h = o · tanh(c)"]));
      lines.push(line(i(at("h")), ` = ${number(value.o)} × tanh(${number(explained.memory)}) = `, result));
    }
    if (explained.off) lines.push(element("p", { class: "equation" }, [text.off]));
    return element("div", { class: "gate state", "data-gate": "h" }, lines);
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
      if (term) parts.push(`${face(gate.name)}${subscript(this.unit)}: ${number(term.weight, 2)} × ${factor(term.value, 2)} = ${number(term.product)}`);
    }
    return parts.join("   ");
  }
}

const CSS_escape = (text) => text.replace(/["\\]/g, "\\$&");
