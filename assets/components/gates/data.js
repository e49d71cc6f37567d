// What one model did with one segment, as Python sent it, and what lies behind one step of one unit.

const CANDIDATES = new Set(["h~", "g"]);

class Inside {
  constructor(packet) {
    Object.assign(this, packet);
    this.rowIndex = new Map(this.rows.map((name, i) => [name, i]));
    this.nShown = this.n_steps * this.step_stride; // samples of the time axis: the last steps look beyond the segment
    this.largestOf = new Map(["x", "c"].map((row) => [row, this.largest(row)]));
  }

  /** The newest sample that a step has seen, counted from the R peak of the beat: what models on one beat share. */
  seenAt(step) {
    return step * this.step_stride + this.step_stride - 1 - this.r_sample;
  }

  /** The last step that has seen no more than this; the first one where none has. */
  stepSeeing(sample) {
    const step = Math.floor((sample + this.r_sample - this.step_stride + 1) / this.step_stride);
    return Math.min(Math.max(step, 0), this.n_steps - 1);
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

  /** What goes into the sigmoid or tanh of a gate, as the library summed it. */
  total(gate, step, unit) {
    return this.totals[(gate * this.n_steps + step) * this.units + unit];
  }

  /** Every product behind one step of one unit, as `explain_step` of `ecgmodel.network.inside.explain` lists them. */
  explain(step, unit) {
    const gates = this.gates.map((name, gate) => ({
      name,
      terms: this.terms(gate, step, unit),
      bias: this.bias[gate * this.units + unit],
      total: this.total(gate, step, unit),
      value: this.at(name, step, unit),
      held: this.isHeld(gate, step, unit),
    }));
    const value = Object.fromEntries(gates.map((gate) => [gate.name, gate.value]));
    const product = (weight, from) => ({ weight, value: from, product: weight * from });
    const [old, fresh] = this.cell === "gru"
      ? [product(1 - value.z, this.at("h", step - 1, unit)), product(value.z, value["h~"])]
      : [product(value.f, this.at("c", step - 1, unit)), product(value.i, value.g)];
    return { step, unit, gates, value, old, fresh, memory: old.product + fresh.product, state: this.at("h", step, unit), off: this.isOff(unit) };
  }

  /** The products of a gate's sum: features first, then what it reads of h(t−1). */
  terms(gate, step, unit) {
    const { units, n_features: features } = this;
    const source = this.gates[gate] === "h~" ? "rh" : "h";
    const term = (kind, index, weight, value) => ({ source: kind, index, weight, value, product: weight * value });
    const terms = [];
    for (let k = 0; k < features; k++) {
      terms.push(term("x", k, this.kernel[(gate * features + k) * units + unit], this.at("x", step, k)));
    }
    for (let k = 0; k < units; k++) {
      const read = this.at("h", step - 1, k) * (source === "rh" ? this.at("r", step, k) : 1);
      terms.push(term(source, k, this.recurrent[(gate * units + k) * units + unit], read));
    }
    return terms;
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

  /** What the colours of a row end at. */
  range(row) {
    if (row === "x") return [0, this.largestOf.get("x")];
    if (row === "c") return [-this.largestOf.get("c"), this.largestOf.get("c")];
    return row === "h" || CANDIDATES.has(row) ? [-1, 1] : [0, 1];
  }

  /** The size of the largest value of a row that no sigmoid or tanh bounds, rounded up to what a legend prints. */
  largest(row) {
    let largest = row === "c" ? 1 : 0.01;
    const values = row === "x" ? this.features : this.rowIndex.has(row) ? this.values.subarray(this.start(row), this.start(row) + this.n_steps * this.units) : [];
    for (const value of values) largest = Math.max(largest, Math.abs(value));
    return Math.ceil(largest * 100 - 1e-9) / 100;
  }

  /** Where a row begins among the values. */
  start(row) {
    return this.rowIndex.get(row) * this.n_steps * this.units;
  }
}
