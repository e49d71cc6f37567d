// Going to a beat, a rhythm or a time.

const RHYTHM_VALUE = "rhythm:"; // how the list of beats names a rhythm

class Search {
  constructor(trace) {
    this.trace = trace;
  }

  /** Where a search starts: the selected beat while it is in view, else the middle of the window. */
  anchor() {
    const { view, selected, signal } = this.trace;
    const { startS, windowS } = view;
    const at = (selected ?? -1) / signal.fs;
    return at >= startS && at <= startS + windowS ? selected : (startS + windowS / 2) * signal.fs;
  }

  /** Show the next of these samples, or the one before, that `matches`; false where there is none. */
  jump(samples, direction, matches) {
    const anchor = this.anchor();
    let i = direction > 0 ? lowerBound(samples, Math.floor(anchor) + 1) : lowerBound(samples, Math.ceil(anchor)) - 1;
    while (i >= 0 && i < samples.length && !matches(i)) i += direction;
    if (i < 0 || i >= samples.length) return false;
    this.trace.showSample(samples[i]);
    return true;
  }

  /** To the next beat (or the one before) of the chosen symbol, or to where the chosen rhythm begins. */
  beat(direction) {
    const { labels, parts, speaker, beats } = this.trace;
    const row = labels.rows[0];
    const wanted = parts.symbol?.value;
    if (!row || !wanted) return;
    if (wanted.startsWith(RHYTHM_VALUE)) {
      this.rhythm(direction, wanted.slice(RHYTHM_VALUE.length));
      return;
    }
    const matches = wanted === "≠" ? (i) => row.differs[i] > 0 : (i) => row.symbol(i) === wanted;
    if (!this.jump(row.sample, direction, matches)) speaker.say(fill(labels.text.no_more, { symbol: wanted }));
    else speaker.tell(beats.words());
  }

  /** To the next change of rhythm, or of those into one rhythm. */
  rhythm(direction, code = null) {
    const { labels, speaker } = this.trace;
    const { sample, text } = labels.rhythms;
    const found = this.jump(sample, direction, (i) => code === null || text[i] === code);
    if (!found) speaker.say(labels.text.no_more_rhythms);
  }

  time(input) {
    const { trace } = this;
    const { text } = trace.labels;
    const seconds = parseTime(input.value);
    const { durationS } = trace.signal;
    const fault = Number.isNaN(seconds) ? text.not_a_time : seconds > durationS ? fill(text.beyond, { end: formatTime(durationS, 1) }) : null;
    if (fault === null) input.removeAttribute("aria-invalid");
    else {
      input.setAttribute("aria-invalid", "true");
      trace.speaker.say(fault);
      return;
    }
    trace.moveTo(seconds - trace.view.windowS / 2);
    trace.parts.surface.focus({ preventScroll: true });
  }
}
