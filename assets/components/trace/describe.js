// What is shown, in words: the read-out under the paper, and the list for those who do not see the canvas.

const LIST_MAX = 150; // beats in the list for screen readers
const SAID_MS = 3500;

/** What lies under the pointer, or between the calipers. */
function readoutText(trace) {
  const { calipers, hovered, pointedS, labels, signal } = trace;
  if (pointedS !== null) return trace.picture.overview.words(pointedS, signal, labels);
  if (calipers.span) {
    const words = fill(labels.text.named, { name: labels.text.calipers, text: calipers.words() });
    return calipers.isFresh ? `${words}   ${labels.text.calipers_hint}` : words;
  }
  if (hovered === null || hovered < 0 || hovered >= signal.nSamples) return trace.editor.isOn ? "" : trace.beats.words();
  const parts = [formatTime(hovered / signal.fs, 3)];
  for (const lead of signal.leads) {
    const mv = lead.mv(hovered);
    parts.push(`${lead.name} ${Number.isNaN(mv) ? "–" : `${fixed(mv)} mV`}`);
  }
  const row = trace.beats.row ?? labels.rows[0];
  const i = row ? nearestIndex(row.sample, hovered) : -1;
  const isKnown = i >= 0 && trace.labelState(labels.rows.indexOf(row), row.sample[i]) === "shown";
  if (isKnown && Math.abs(row.sample[i] - hovered) < signal.fs) {
    const rr = row.rr[i];
    const rate = rr > 0 ? `, RR ${rr.toFixed(3)} s = ${Math.round(60 / rr)}/min` : "";
    parts.push(`${row.symbol(i)} ${labels.symbolName(row.symbol(i))}${rate}`);
  }
  return parts.join("   ");
}

function scaleText({ mmPerS, mmPerMv }) {
  const digits = (value) => String(Number(value.toPrecision(value < 10 ? 2 : 3)));
  return `${digits(mmPerS)} mm/s   ${digits(mmPerMv)} mm/mV`;
}

/** The hidden list of the beats in view, the words that are spoken where the view comes to rest, and passing notes. */
class Speaker {
  constructor(trace) {
    this.trace = trace;
    this.list = html("ul", { class: "hidden", "data-name": "beats" });
    this.live = html("div", { class: "hidden", "aria-live": "polite", "data-name": "live" });
    this.note = html("div", { class: "note", role: "status" });
    this.renew();
  }

  /** Other labels, another language or another place: the list is written anew with the next paint. */
  renew() {
    this.described = null;
  }

  /** Bring the list up to date; with `announce` also say what is in view. */
  describe(announce) {
    const beats = this.beatsInView();
    const key = beats.map(({ r, sample, symbol, unsure }) => `${r}${symbol}${unsure}${sample}`).join();
    if (key !== this.described) {
      this.described = key;
      this.list.replaceChildren(...beats.map((beat) => this.item(beat)));
    }
    if (announce) this.live.textContent = this.tally();
  }

  beatsInView() {
    const { trace } = this;
    const beats = [];
    for (const [r, row] of trace.labels.rows.entries()) {
      const [from, to] = trace.indicesInView(row.sample);
      for (let i = from; i < to && beats.length < LIST_MAX; i++) {
        if (trace.labelState(r, row.sample[i]) !== "shown") continue;
        beats.push({ r, symbol: row.symbol(i), sample: row.sample[i], ringed: trace.isRinged(r, i), unsure: row.unsure(i) });
      }
    }
    return beats;
  }

  item({ r, symbol, sample, ringed, unsure }) {
    const { labels, signal } = this.trace;
    const beat = `${formatTime(sample / signal.fs, 2)} ${symbol} ${labels.symbolName(symbol)}`;
    const words = fill(labels.text.named, { name: labels.rows[r].name, text: beat });
    const text = [words, ringed && labels.text.disagreement, unsure && labels.text.unsure].filter(Boolean).join(labels.text.comma);
    return html("li", { "data-row": r, "data-symbol": symbol, "data-sample": sample, text });
  }

  /** The stretch in view, and how many beats of each class the first row has there. */
  tally() {
    const { trace } = this;
    const { view, signal } = trace;
    const { text } = trace.labels;
    const row = trace.labels.rows[0];
    const counts = new Map();
    const [from, to] = row ? trace.indicesInView(row.sample) : [0, 0];
    for (let i = from; i < to; i++) {
      const symbol = row.symbol(i);
      if (trace.labelState(0, row.sample[i]) === "shown") counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    }
    const beats = [...counts].map(([symbol, n]) => `${symbol} ${n}`).join(text.comma);
    const end = Math.min(view.startS + view.windowS, signal.durationS);
    const span = `${formatTime(view.startS, 1)} – ${formatTime(end, 1)}`;
    return beats ? fill(text.named, { name: span, text: beats }) : span;
  }

  /** Say what the visitor sees changing: a beat that was walked to, a measure. */
  tell(words) {
    this.live.textContent = words;
  }

  say(words) {
    this.note.textContent = words;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.note.textContent = ""), SAID_MS);
  }

  end() {
    clearTimeout(this.saying);
  }
}
