// What one model did with one segment, as Python sent it, and the sums behind one step of one unit.

const CANDIDATES = new Set(["h~", "g"]);
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

class Inside {
  constructor(packet) {
    Object.assign(this, packet);
    this.rowIndex = new Map(this.rows.map((name, i) => [name, i]));
    this.nShown = this.n_steps * this.step_stride; // samples of the time axis: the last steps look beyond the segment
  }

  /** A value of the heat map `row`; x(t) for the row "x". */
  at(row, step, index) {
    if (step < 0) return 0;
    if (row === "x") return this.features[step * this.n_features + index];
    return this.values[(this.rowIndex.get(row) * this.n_steps + step) * this.units + index];
  }

  count(row) {
    return row === "x" ? this.n_features : this.units;
  }

  probability(step, k, from = this.probabilities) {
    return from[step * this.classes.length + k];
  }

  isHeld(gate, step, unit) {
    return this.held !== undefined && this.held[(gate * this.n_steps + step) * this.units + unit] === 1;
  }

  isOff(unit) {
    return this.off !== undefined && this.off[unit] === 1;
  }

  /** Every product behind one step of one unit, as `ecgmodel.network.inside.gates.explain_step` lists them. */
  explain(step, unit) {
    const { units, n_features: features } = this;
    const gates = this.gates.map((name, g) => {
      const source = name === "h~" ? "rh" : "h";
      const terms = [];
      for (let k = 0; k < features; k++) {
        const weight = this.kernel[(g * features + k) * units + unit];
        const value = this.at("x", step, k);
        terms.push({ source: "x", index: k, weight, value, product: weight * value });
      }
      for (let k = 0; k < units; k++) {
        const weight = this.recurrent[(g * units + k) * units + unit];
        const value = this.at("h", step - 1, k) * (source === "rh" ? this.at("r", step, k) : 1);
        terms.push({ source, index: k, weight, value, product: weight * value });
      }
      const bias = this.bias[g * units + unit];
      const total = terms.reduce((sum, term) => sum + term.product, bias);
      const held = this.isHeld(g, step, unit);
      const value = held ? this.at(name, step, unit) : CANDIDATES.has(name) ? Math.tanh(total) : sigmoid(total);
      return { name, terms, bias, total, value, held };
    });
    const value = Object.fromEntries(gates.map((gate) => [gate.name, gate.value]));
    const product = (weight, from) => ({ weight, value: from, product: weight * from });
    const [old, fresh] = this.cell === "gru"
      ? [product(1 - value.z, this.at("h", step - 1, unit)), product(value.z, value["h~"])]
      : [product(value.f, this.at("c", step - 1, unit)), product(value.i, value.g)];
    return { step, unit, gates, value, old, fresh, memory: old.product + fresh.product, state: this.at("h", step, unit), off: this.isOff(unit) };
  }

  /** Units from top to bottom: as stored, or by the step at which each is furthest from 0. */
  order(byPeak) {
    const units = Array.from({ length: this.units }, (_, j) => j);
    if (!byPeak) return units;
    const peak = units.map((j) => {
      let best = 0;
      for (let t = 0; t < this.n_steps; t++) {
        if (Math.abs(this.at("h", t, j)) > Math.abs(this.at("h", best, j))) best = t;
      }
      return best;
    });
    return units.sort((a, b) => peak[a] - peak[b] || a - b);
  }

  largestFeature() {
    let largest = 1e-6;
    for (const value of this.features) largest = Math.max(largest, value);
    return largest;
  }
}
