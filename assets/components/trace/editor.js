// Labelling by hand: keys and buttons change the visitor's own row at once and go on to the next beat. The page hears of
// every change, each with a number, and says which it has taken; until then a change is drawn over the row and sent again.

const DELETED = "+"; // a symbol that is no beat's and is not drawn
const UNTAKEN = (CHANNEL.edits ??= new Map()); // record -> changes that the page has not taken; they outlive the element

class Editor {
  constructor(trace) {
    this.trace = trace;
    this.queue = []; // changes that the page has not taken yet
    this.overlay = new Map(); // R peak -> what a change in the queue made of its symbol
    this.number = 0;
  }

  get isOn() {
    return this.taken !== null && this.taken !== undefined;
  }

  /** Whether the page does not have every change yet. */
  get isSending() {
    return this.queue.length > 0;
  }

  /** The visitor's own row of labels; `null` where nobody labels. */
  get row() {
    return this.isOn ? (this.trace.labels.rows.at(-1) ?? null) : null;
  }

  /** Take what Python sent: the number of the last change that it has taken, `null` where the trace only shows. */
  take(taken, isOtherRecord) {
    this.taken = taken;
    const { name } = this.trace.signal;
    if (isOtherRecord) this.queue = UNTAKEN.get(name) ?? [];
    if (!this.isOn) this.queue = [];
    this.queue = this.queue.filter(({ number }) => number > taken);
    UNTAKEN.set(name, this.queue);
    if (isOtherRecord && this.isSending) this.send();
    this.overlay.clear();
    for (const change of this.queue) this.draw(change);
    const { row } = this;
    if (!row || row.isEdited) return;
    const symbol = row.symbol;
    row.symbol = (k) => this.overlay.get(row.sample[k]) ?? symbol(k);
    row.isEdited = true;
  }

  draw({ kind, sample, symbol }) {
    if (kind === "label") this.overlay.set(sample, symbol);
    if (kind === "delete") this.overlay.set(sample, DELETED);
  }

  push(change) {
    this.number = Math.max(this.number + 1, Date.now(), (this.queue.at(-1)?.number ?? 0) + 1);
    this.queue.push({ number: this.number, ...change });
    this.draw(change);
    this.send();
  }

  send() {
    const { component, signal, selected } = this.trace;
    component.setStateValue("edits", { record: signal.name, list: [...this.queue], selected });
  }

  /** Label the selected beat, and go on to the next one. */
  label(symbol) {
    const { trace } = this;
    if (!this.hasBeat()) return;
    const change = { kind: "label", sample: trace.selected, symbol };
    this.draw(change);
    const next = trace.beats.neighbour(1);
    if (next !== null) trace.beats.select(next);
    this.push(change);
    if (next !== null) trace.beats.show(1);
    trace.speaker.tell(next === null ? trace.labels.text.labelled_last : trace.beats.words());
    trace.repaint();
    this.reflect();
  }

  /** Take the selected beat out, and go on to the next one. */
  delete() {
    const { trace } = this;
    if (!this.hasBeat()) return;
    const change = { kind: "delete", sample: trace.selected };
    const next = trace.beats.neighbour(1);
    trace.beats.select(next);
    this.push(change);
    if (next !== null) trace.beats.show(1);
    trace.speaker.tell(trace.beats.words());
    this.reflect();
  }

  hasBeat() {
    const i = this.trace.beats.selectedIndex();
    if (i >= 0 && this.row.symbol(i) !== DELETED) return true;
    this.trace.speaker.say(this.trace.labels.text.select_first);
    return false;
  }

  build() {
    const { labels, colours } = this.trace;
    const { text } = labels;
    this.heading = html("span", { class: "beat-words" });
    this.buttons = labels.classes.map((symbol) => {
      const one = button(null, "", () => this.label(symbol), `label${symbol}`);
      one.replaceChildren(classMark(colours, symbol, 14), symbol);
      one.title = `${labels.symbolName(symbol)} (${symbol})`;
      one.setAttribute("aria-label", one.title);
      return one;
    });
    const bar = html("div", { class: "labelling", role: "toolbar", "aria-label": text.labelling },
      button("back", `${text.previous_beat} (B)`, () => this.trace.beats.walk(-1), "previousOne"),
      this.heading,
      button("forward", `${text.next_beat_of_all} (b)`, () => this.trace.beats.walk(1), "nextOne"),
      html("div", { class: "group", role: "group", "aria-label": text.labelling }, this.buttons),
      button("remove", `${text.delete} (Del)`, () => this.delete(), "deleteBeat"),
    );
    this.reflect();
    return bar;
  }

  /** Bring the bar into line with the selected beat. */
  reflect() {
    if (!this.heading || !this.isOn) return;
    const { beats, labels } = this.trace;
    const i = beats.selectedIndex();
    const symbol = i < 0 ? null : this.row.symbol(i);
    this.heading.textContent = symbol === null || symbol === DELETED ? labels.text.select_first : beats.words();
    for (const [k, one] of this.buttons.entries()) one.setAttribute("aria-pressed", String(labels.classes[k] === symbol));
  }

  /** Do what a key asks for; true where it was one of ours. */
  key(event) {
    if (!this.isOn || event.altKey) return false;
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      const kind = key === "z" && !event.shiftKey ? "undo" : key === "y" || key === "z" ? "redo" : null;
      if (kind) this.push({ kind });
      return kind !== null;
    }
    const symbol = this.trace.labels.classes.find((one) => one.toLowerCase() === key);
    if (symbol) this.label(symbol);
    else if (key === "b" && !this.trace.calipers.on) this.trace.beats.walk(event.key === "b" ? 1 : -1);
    else if (event.key === "Delete" || event.key === "Backspace") this.delete();
    else return false;
    return true;
  }
}
