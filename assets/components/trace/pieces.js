// The samples of a long record come in pieces, which are asked for before they are needed.

const MOST_ASKED = 8; // pieces at a time; as in pages/components/trace_signal.py
const ANSWER_MS = 5000; // without an answer the pieces are asked for again

class Pieces {
  constructor(trace) {
    this.trace = trace;
    this.answerDue = 0;
  }

  /** Ask for the samples of the window, and of one on each side of it. */
  want() {
    const { signal, view } = this.trace;
    const { startS, windowS } = view;
    // In a longer window a pixel shows the minimum and maximum of some bins, and these are here.
    if (windowS * signal.fs <= signal.pieceSamples) this.ask(startS - windowS, startS + 2 * windowS);
  }

  ask(fromS, toS) {
    const { signal, component } = this.trace;
    const missing = signal.missingPieces(fromS, toS);
    const now = performance.now();
    if (!missing.length || missing.length > MOST_ASKED || now < this.answerDue) return; // one question at a time
    this.answerDue = now + ANSWER_MS;
    component.setStateValue("pieces", { signal: signal.id, index: missing });
  }

  take(packet) {
    const { signal } = this.trace;
    if (packet.of !== signal.id || !signal.takePiece(packet)) return;
    this.answerDue = 0;
    this.trace.repaint();
    this.onPiece?.();
  }

  /** Wait for every sample of a view; false where it is too long to be sent. */
  async fetch({ startS, windowS }) {
    for (;;) {
      const { length } = this.trace.signal.missingPieces(startS, startS + windowS);
      if (length === 0 || length > MOST_ASKED) return length === 0;
      this.ask(startS, startS + windowS);
      await new Promise((resolve) => (this.onPiece = resolve));
    }
  }

  get mostMinutes() {
    const { pieceSamples, fs } = this.trace.signal;
    return Math.floor((MOST_ASKED * pieceSamples) / fs / 60);
  }
}
