// What the trace knows: samples, beats, rhythms, and the questions that the painter asks of them.

const GAP = -32768; // a sample without a value
const BIN = 64; // samples in the smallest ready-made minimum and maximum
const MOST_PIECES = 48; // of a long record that are kept; 12 MB a lead
const MATCH_S = 0.15; // two rows' labels belong to one beat when their R peaks are this close (ANSI/AAMI EC57)

/** Index of the first element that is not below `value`. */
function lowerBound(array, value) {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (array[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the element nearest to `value`, or -1 in an empty array. */
function nearestIndex(array, value) {
  const right = lowerBound(array, value);
  if (right === 0) return array.length ? 0 : -1;
  if (right === array.length) return right - 1;
  return value - array[right - 1] <= array[right] - value ? right - 1 : right;
}

/** One lead: int16 samples, and the minimum and maximum of every `BIN` of them. */
class Lead {
  constructor({ name, step_mv, centre_mv, span_mv }, length) {
    Object.assign(this, { name, length, stepMv: step_mv, centreMv: centre_mv, spanMv: span_mv });
  }

  /** Whether every sample of [from, to) is here. */
  has(from, to) {
    return this.missing(from, to).length === 0;
  }

  /** Minimum and maximum of samples [from, to); low above high where all are gaps. */
  scan(from, to) {
    let low = 32767;
    let high = GAP;
    for (let i = from; i < to; i++) {
      const value = this.at(i);
      if (value === GAP) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  }

  /** As `scan`, out of the ready-made bins where the stretch is made of whole ones. */
  range(from, to) {
    if (from % BIN || to - from < BIN) return this.scan(from, Math.min(to, this.length));
    return this.rangeOfBins(from / BIN, Math.ceil(to / BIN));
  }

  rangeOfBins(first, last) {
    let low = 32767;
    let high = GAP;
    for (let bin = first; bin < Math.min(this.low.length, last); bin++) {
      if (this.low[bin] < low) low = this.low[bin];
      if (this.high[bin] > high) high = this.high[bin];
    }
    return [low, high];
  }

  /** mV at a sample, NaN in a gap or outside. */
  mv(i) {
    const value = this.at(i);
    return value === GAP ? NaN : value * this.stepMv;
  }
}

/** A lead of which the browser holds every sample. */
class WholeLead extends Lead {
  constructor(described, samples) {
    super(described, samples.length);
    this.samples = samples;
    const n = Math.ceil(samples.length / BIN);
    this.low = new Int16Array(n);
    this.high = new Int16Array(n);
    for (let bin = 0; bin < n; bin++) {
      [this.low[bin], this.high[bin]] = this.scan(bin * BIN, Math.min(samples.length, (bin + 1) * BIN));
    }
  }

  at(i) {
    return this.samples[i] ?? GAP;
  }

  /** Numbers of the pieces of [from, to) that are not here. */
  missing() {
    return [];
  }
}

/** A lead of a long record: the minima and maxima of all of it, and samples where a piece has come. */
class LongLead extends Lead {
  constructor(described, length, low, high, pieceSamples) {
    super(described, length);
    Object.assign(this, { low, high, pieceSamples, pieces: new Map() });
  }

  at(i) {
    const index = Math.floor(i / this.pieceSamples);
    return this.pieces.get(index)?.[i - index * this.pieceSamples] ?? GAP;
  }

  missing(from, to) {
    const last = Math.floor((Math.min(to, this.length) - 1) / this.pieceSamples);
    const missing = [];
    for (let index = Math.floor(Math.max(0, from) / this.pieceSamples); index <= last; index++) {
      if (!this.pieces.has(index)) missing.push(index);
    }
    return missing;
  }

  /** Where the samples have not come yet, as close as the bins tell. */
  scan(from, to) {
    return this.has(from, to) ? super.scan(from, to) : this.rangeOfBins(Math.floor(from / BIN), Math.ceil(to / BIN));
  }
}

class Signal {
  constructor(packet) {
    Object.assign(this, { id: packet.id, name: packet.name, fs: packet.fs, nSamples: packet.n_samples });
    this.durationS = this.nSamples / this.fs;
    this.pieceSamples = packet.piece_samples ?? null; // null: all samples are here
    this.leads = packet.leads.map((lead, i) =>
      this.pieceSamples === null
        ? new WholeLead(lead, packet[`lead_${i}`])
        : new LongLead(lead, this.nSamples, packet[`low_${i}`], packet[`high_${i}`], this.pieceSamples),
    );
  }

  /** Take the samples of a piece; false where they are here already. */
  takePiece(packet) {
    const [first] = this.leads;
    if (first.pieces.has(packet.index)) return false;
    for (const [i, lead] of this.leads.entries()) {
      lead.pieces.set(packet.index, packet[`lead_${i}`]);
      if (lead.pieces.size > MOST_PIECES) lead.pieces.delete(lead.pieces.keys().next().value);
    }
    return true;
  }

  /** Numbers of the pieces between two times that are not here; all leads have the same. */
  missingPieces(fromS, toS) {
    return this.leads[0].missing(fromS * this.fs, toS * this.fs);
  }
}

class Labels {
  constructor(packet, fs) {
    this.id = packet.id;
    this.text = packet.text;
    this.classes = packet.classes;
    this.beatSymbols = new Set(packet.beat_symbols);
    this.rows = packet.rows.map((row, i) => {
      const code = packet[`row_${i}_code`];
      const symbols = row.symbols;
      const unsure = packet[`row_${i}_unsure`];
      return {
        name: row.name,
        symbols,
        sample: packet[`row_${i}_sample`],
        symbol: (k) => symbols[code[k]],
        unsure: (k) => unsure?.[k] === 1,
        length: code.length,
        rr: this.findIntervals(packet[`row_${i}_sample`], (k) => symbols[code[k]], fs, new Set(packet[`row_${i}_after_gap`])),
        differs: new Int32Array(code.length), // 1 + index of the other row's beat, 0 where there is no disagreement
      };
    });
    this.rhythms = { sample: packet.rhythm_sample ?? new Int32Array(0), text: packet.rhythms };
    this.monitor = packet.monitor
      ? {
          lead: packet.monitor.lead,
          probability: packet.monitor_probability,
          r: packet.monitor_r,
          ready: packet.monitor_ready,
          start: packet.monitor_start,
          stop: packet.monitor_stop,
        }
      : null;
    this.compareRows(fs);
    this.countBeats();
  }

  /** Mark beats to which two rows give different classes; symbols outside the classes are nobody's mistake. */
  compareRows(fs) {
    const [experts, model] = this.rows;
    this.nDiffer = 0;
    if (!model) return;
    for (let i = 0; i < model.length; i++) {
      const k = nearestIndex(experts.sample, model.sample[i]);
      if (k < 0 || Math.abs(experts.sample[k] - model.sample[i]) > MATCH_S * fs) continue;
      const [truth, said] = [experts.symbol(k), model.symbol(i)];
      if (truth === said || !this.classes.includes(truth) || !this.classes.includes(said)) continue;
      model.differs[i] = k + 1;
      experts.differs[k] = i + 1;
      this.nDiffer++;
    }
  }

  /** RR before each beat of a row in seconds, NaN before the first and after a gap. */
  findIntervals(sample, symbol, fs, afterGap) {
    const rr = new Float32Array(sample.length).fill(NaN);
    let last = NaN;
    for (let i = 0; i < rr.length; i++) {
      if (afterGap.has(i)) last = NaN;
      if (!this.beatSymbols.has(symbol(i))) continue;
      rr[i] = (sample[i] - last) / fs;
      last = sample[i];
    }
    return rr;
  }

  /** How many beats of each symbol the first row has. */
  countBeats() {
    const row = this.rows[0];
    this.rr = row?.rr ?? new Float32Array(0);
    this.counts = new Map();
    for (let i = 0; i < this.rr.length; i++) {
      const symbol = row.symbol(i);
      if (this.beatSymbols.has(symbol)) this.counts.set(symbol, (this.counts.get(symbol) ?? 0) + 1);
    }
    this.commonest = [...this.counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), ["", 0])[0];
  }

  symbolName(symbol) {
    return this.text.symbols[symbol] ?? symbol;
  }

  /** Index of the rhythm that holds at a sample, -1 before the first. */
  rhythmAt(sample) {
    return lowerBound(this.rhythms.sample, sample + 1) - 1;
  }

  /** A rhythm in words: "Normal sinus rhythm (N)"; its code alone where it has no name. */
  rhythmName(i) {
    const code = this.rhythms.text[i];
    const name = this.text.rhythms[code];
    return name ? `${name} (${shortCode(code)})` : shortCode(code);
  }
}

/** The code of a rhythm without the bracket that opens it in the annotation files: "AFIB" for "(AFIB". */
const shortCode = (code) => code.replace(/^\(/, "");

/** A time as people write it: m:ss, with tenths or more where `digits` says so. */
function formatTime(seconds, digits = 0) {
  const scale = 10 ** digits;
  const total = Math.round(Math.max(0, seconds) * scale);
  const whole = Math.floor(total / scale);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const clock = h ? `${h}:${String(m).padStart(2, "0")}` : `${m}`;
  const rest = digits ? `.${String(total % scale).padStart(digits, "0")}` : "";
  return `${clock}:${String(s).padStart(2, "0")}${rest}`;
}

/** Seconds out of "19:35", "1:02:03.5" or "75.2"; NaN where it is no time, as 99:99. */
function parseTime(text) {
  const parts = text.trim().replaceAll("：", ":").split(":");
  const isPart = (part, i) => (i === parts.length - 1 ? /^\d+(\.\d+)?$/ : /^\d+$/).test(part) && (i === 0 || Number(part) < 60);
  if (parts.length > 3 || !parts.every(isPart)) return NaN;
  return parts.reduce((sum, part) => sum * 60 + Number(part), 0);
}
