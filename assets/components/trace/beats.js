// The selected beat: picked by a click or a tap, walked to by key, and told in words.

const PICK_S = 0.4; // a click this near to an R peak means its beat
const PICK_PX = { mouse: 14, touch: 24 };
const WALK_MS = 300; // the page hears of a walk when it has come to rest

class Beats {
  constructor(trace) {
    this.trace = trace;
  }

  /** The row whose beats are walked: the visitor's own, else the first that has beats. */
  get row() {
    const { labels, editor } = this.trace;
    return editor.row ?? labels.rows.find(({ symbols }) => symbols.some((one) => labels.beatSymbols.has(one))) ?? null;
  }

  /** A click: the beat at it becomes the selected one, here and for the page. */
  pick(at, pointer) {
    const { trace } = this;
    const { geometry, signal, labels, editor } = trace;
    const pointed = labels.rows[Math.floor(at.y / ROW)];
    const candidates = editor.row ? [editor.row] : pointed ? [pointed] : labels.rows;
    const sample = geometry.timeAt(at.x) * signal.fs;
    let best = null;
    for (const row of candidates) {
      const i = nearestIndex(row.sample, sample);
      if (i >= 0 && (best === null || Math.abs(row.sample[i] - sample) < Math.abs(best - sample))) best = row.sample[i];
    }
    const reach = Math.max(PICK_S, (PICK_PX[pointer] ?? PICK_PX.mouse) / geometry.pxPerS) * signal.fs;
    if (best === null || Math.abs(best - sample) > reach) return;
    this.select(best);
    trace.monitor?.waitAt(best);
    this.report();
  }

  select(sample) {
    this.trace.selected = sample;
    this.trace.editor.reflect();
    this.trace.repaint();
  }

  report() {
    clearTimeout(this.reporting);
    const { component, selected, signal } = this.trace;
    if (selected !== null) component.setStateValue("selected", { sample: selected, record: signal.name, at: Date.now() });
  }

  /** Select the next beat, or the one before, bring it into view and say what it is; false where there is none. */
  walk(direction) {
    const { trace } = this;
    const sample = this.neighbour(direction);
    if (sample === null) {
      trace.speaker.say(trace.labels.text.no_more_beats);
      return false;
    }
    this.select(sample);
    this.show(direction);
    trace.speaker.tell(this.words());
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.report(), WALK_MS);
    return true;
  }

  /** R peak of the next beat, or the one before: from the selected one while it is in view, else from the view's edge. */
  neighbour(direction) {
    const { trace, row } = this;
    if (!row) return null;
    const { startS, windowS } = trace.view;
    const { fs } = trace.signal;
    const at = (trace.selected ?? -1) / fs;
    const inView = at >= startS && at <= startS + windowS;
    const anchor = inView ? trace.selected : (direction > 0 ? startS : startS + windowS) * fs - direction;
    let i = direction > 0 ? lowerBound(row.sample, Math.floor(anchor) + 1) : lowerBound(row.sample, Math.ceil(anchor)) - 1;
    while (i >= 0 && i < row.length && !this.isBeat(row, i)) i += direction;
    return i >= 0 && i < row.length ? row.sample[i] : null;
  }

  isBeat(row, i) {
    const { labels } = this.trace;
    return labels.beatSymbols.has(row.symbol(i)) && this.trace.labelState(labels.rows.indexOf(row), row.sample[i]) === "shown";
  }

  /** Bring the selected beat into view: a walk goes on from where the eye enters the paper. */
  show(direction) {
    const { view, selected, signal } = this.trace;
    const at = selected / signal.fs;
    const margin = 0.04 * view.windowS;
    if (at >= view.startS + margin && at <= view.startS + view.windowS - margin) return;
    this.trace.moveTo(at - (direction > 0 ? 0.15 : 0.85) * view.windowS);
  }

  /** Index of the selected beat in the row that is walked, -1 where it is none of its beats. */
  selectedIndex() {
    const { row } = this;
    if (!row || this.trace.selected === null) return -1;
    const i = lowerBound(row.sample, this.trace.selected);
    return row.sample[i] === this.trace.selected ? i : -1;
  }

  /** "beat 43, V, 25.24 s, RR 0.61 s" of the selected beat. */
  words() {
    const i = this.selectedIndex();
    if (i < 0) return "";
    const { row } = this;
    const { labels, signal } = this.trace;
    let number = 1;
    for (let k = 0; k < i; k++) if (labels.beatSymbols.has(row.symbol(k))) number++;
    const seconds = row.sample[i] / signal.fs;
    const time = seconds < 60 ? seconds.toFixed(2) : formatTime(seconds, 2);
    const rr = row.rr[i] > 0 ? fill(labels.text.beat_rr, { rr: row.rr[i].toFixed(2) }) : "";
    const words = { n: number.toLocaleString(labels.text.locale), symbol: row.symbol(i), time: seconds < 60 ? `${time} s` : time };
    return `${fill(labels.text.beat_words, words)}${rr}`;
  }

  end() {
    clearTimeout(this.reporting);
  }
}
