// The whole record in two strips: which beats when, and the heart rate; the window is a grey band over both.

const STRIP = 22;
const RATE = 46;
const OVERVIEW_AXIS = 16;
const RATE_RANGE = [40, 180]; // beats a minute
const RATE_TICKS = [160, 100, 60];
const LONGEST_RR_S = 3; // a longer interval is a gap in the labels, or a pause that should show

class Overview {
  constructor() {
    this.height = STRIP + RATE + OVERVIEW_AXIS + 4;
  }

  layOut(width, signal, labels) {
    const gutter = width < 520 ? 44 : GUTTER;
    const hasBeats = labels.rows.length > 0 && labels.rows[0].length > 0;
    this.box = { x: gutter, w: Math.max(40, width - gutter - 1) };
    this.height = hasBeats ? STRIP + RATE + OVERVIEW_AXIS + 4 : STRIP + OVERVIEW_AXIS + 4;
    this.width = width;
    this.hasBeats = hasBeats;
    this.durationS = Math.max(signal.durationS, 1e-3);
  }

  timeAt(x) {
    return ((x - this.box.x) / this.box.w) * this.durationS;
  }

  /** What stands at a second: the time, the beats of its column, the heart rate of the nearest beat. */
  words(seconds, signal, labels) {
    const at = Math.min(Math.max(seconds, 0), this.durationS);
    const row = labels.rows[0];
    if (!this.hasBeats) return formatTime(at);
    const column = Math.floor(at / this.columnS);
    const [from, to] = [column, column + 1].map((k) => lowerBound(row.sample, k * this.columnS * signal.fs));
    const counts = new Map();
    for (let i = from; i < to; i++) {
      const symbol = row.symbol(i);
      if (labels.beatSymbols.has(symbol)) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    }
    const rr = row.rr[nearestIndex(row.sample, at * signal.fs)];
    const rate = rr > 0 ? `${Math.round(60 / rr)}/min` : "";
    return [formatTime(at), [...counts].map(([symbol, n]) => `${symbol} ${n}`).join(labels.text.comma), rate].filter(Boolean).join("   ");
  }

  /** Seconds of one column: one, or as many as a pixel takes. */
  get columnS() {
    return Math.max(1, this.durationS / this.box.w);
  }

  xOf(s) {
    return this.box.x + (s / this.durationS) * this.box.w;
  }

  /** Paint what does not move; once a width, a theme, a record or a set of labels. */
  paintStill(signal, labels, colours, scale) {
    const key = [this.width, scale, signal.id, labels.id, colours.paper.background, colours.text].join();
    if (key === this.key) return;
    this.key = key;
    this.still = document.createElement("canvas");
    this.still.width = Math.round(this.width * scale);
    this.still.height = Math.round(this.height * scale);
    const ctx = this.still.getContext("2d", { alpha: false });
    ctx.fillStyle = colours.background;
    ctx.fillRect(0, 0, this.still.width, this.still.height);
    ctx.scale(scale, scale);
    ctx.fillStyle = colours.band;
    ctx.fillRect(this.box.x, 0, this.box.w, STRIP);
    if (this.hasBeats) {
      this.paintClasses(ctx, signal, labels, colours);
      this.paintRate(ctx, signal, labels, colours);
    } else {
      this.paintEnvelope(ctx, signal, colours, scale);
    }
    this.paintAxis(ctx, colours);
  }

  /** One column a second, or a pixel where that is wider: shares of the classes, the commonest low and at the bottom. */
  paintClasses(ctx, signal, labels, colours) {
    const row = labels.rows[0];
    const { columnS } = this;
    const width = (columnS / this.durationS) * this.box.w + 0.3;
    const columns = new Map();
    for (let i = 0; i < row.length; i++) {
      const symbol = row.symbol(i);
      if (!labels.beatSymbols.has(symbol)) continue;
      const at = Math.floor(row.sample[i] / signal.fs / columnS);
      // A slow beat owns the columns before it in which no beat falls.
      const slow = labels.rr[i] < LONGEST_RR_S ? Math.floor((row.sample[i] / signal.fs - labels.rr[i]) / columnS) + 1 : at;
      for (let column = Math.min(slow, at); column <= at; column++) {
        if (!columns.has(column)) columns.set(column, new Map());
        columns.get(column).set(symbol, (columns.get(column).get(symbol) ?? 0) + 1);
      }
    }
    for (const [at, counts] of columns) {
      const x = this.xOf(at * columnS);
      const common = counts.get(labels.commonest) ?? 0;
      const rare = [...counts].filter(([symbol]) => symbol !== labels.commonest);
      const nRare = rare.reduce((sum, [, n]) => sum + n, 0);
      if (common) {
        ctx.fillStyle = colours.inks[labels.commonest] ?? colours.other;
        ctx.fillRect(x, STRIP * 0.7, width, STRIP * 0.3);
      }
      // One rare beat among many still shows: it gets at least half of the column.
      const height = nRare ? Math.max(0.5, nRare / (nRare + common)) * STRIP : 0;
      let y = 0;
      for (const [symbol, n] of rare) {
        ctx.fillStyle = colours.inks[symbol] ?? colours.other;
        ctx.fillRect(x, y, width, (height * n) / nRare);
        y += (height * n) / nRare;
      }
    }
  }

  paintEnvelope(ctx, signal, colours, scale) {
    const lead = signal.leads[0];
    const [low, high] = lead.range(0, signal.nSamples);
    const perPixel = signal.nSamples / (this.box.w * scale);
    ctx.fillStyle = colours.muted;
    for (let p = 0; p < this.box.w * scale; p++) {
      const at = Math.floor(p * perPixel);
      const from = perPixel < BIN ? at : at - (at % BIN);
      const [a, b] = lead.range(from, Math.min(signal.nSamples, from + Math.ceil(perPixel) + 1));
      if (a > b) continue;
      const y = (value) => STRIP - 2 - ((value - low) / Math.max(1, high - low)) * (STRIP - 4);
      ctx.fillRect(this.box.x + p / scale, y(b), 1 / scale, Math.max(0.5, y(a) - y(b)));
    }
  }

  paintRate(ctx, signal, labels, colours) {
    const row = labels.rows[0];
    const top = STRIP + 5;
    const [low, high] = RATE_RANGE;
    const y = (rate) => top + ((high - Math.min(Math.max(rate, low), high)) / (high - low)) * (RATE - 7);
    ctx.font = `10px ${colours.font}`;
    ctx.textAlign = "right";
    ctx.textBaseline = "middle";
    for (const rate of RATE_TICKS) {
      ctx.fillStyle = colours.band;
      ctx.fillRect(this.box.x, Math.round(y(rate)), this.box.w, 1);
      ctx.fillStyle = colours.muted;
      ctx.fillText(String(rate), this.box.x - 5, y(rate));
    }
    ctx.textAlign = "left";
    ctx.save();
    ctx.translate(4, top + RATE / 2 - 4);
    ctx.rotate(-Math.PI / 2);
    ctx.textAlign = "center";
    ctx.fillText("/min", 0, 4);
    ctx.restore();
    for (const common of [true, false]) {
      for (let i = 0; i < row.length; i++) {
        const rr = labels.rr[i];
        const symbol = row.symbol(i);
        if (!(rr > 0) || (symbol === labels.commonest) !== common) continue;
        ctx.fillStyle = colours.inks[symbol] ?? colours.other;
        ctx.fillRect(this.xOf(row.sample[i] / signal.fs) - 0.75, y(60 / rr) - 0.75, 1.5, 1.5);
      }
    }
    ctx.globalAlpha = 1;
    this.paintIntervals(ctx, y, colours);
  }

  /** The RR intervals that the rates stand for, at the right end, readable over the dots. */
  paintIntervals(ctx, y, colours) {
    ctx.textAlign = "right";
    for (const rate of RATE_TICKS) {
      const words = `${rate === RATE_TICKS[0] ? "RR " : ""}${(60 / rate).toFixed(2)} s`;
      const width = ctx.measureText(words).width + 4;
      const right = this.box.x + this.box.w;
      ctx.globalAlpha = 0.75;
      ctx.fillStyle = colours.background;
      ctx.fillRect(right - width, y(rate) - 6, width, 12);
      ctx.globalAlpha = 1;
      ctx.fillStyle = colours.muted;
      ctx.fillText(words, right - 2, y(rate));
    }
  }

  paintAxis(ctx, colours) {
    const step = LABEL_STEPS.find((candidate) => (candidate / this.durationS) * this.box.w >= 64) ?? LABEL_STEPS.at(-1);
    ctx.font = `10px ${colours.font}`;
    ctx.fillStyle = colours.muted;
    ctx.textBaseline = "alphabetic";
    for (let k = 0; k * step <= this.durationS; k++) {
      const text = formatTime(k * step, step < 1 ? 1 : 0);
      const half = ctx.measureText(text).width / 2;
      ctx.textAlign = "center";
      ctx.fillText(text, Math.min(this.xOf(k * step), this.box.x + this.box.w - half), this.height - 4);
    }
  }

  paint(ctx, view, colours, scale, playheadS) {
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.still, 0, 0);
    ctx.scale(scale, scale);
    const left = this.xOf(view.startS);
    const right = this.xOf(Math.min(view.startS + view.windowS, this.durationS));
    const width = Math.max(4, right - left);
    const x = Math.max(this.box.x, Math.min(left - (width - (right - left)) / 2, this.box.x + this.box.w - width));
    const bottom = this.height - OVERVIEW_AXIS - 1;
    ctx.fillStyle = colours.window;
    ctx.fillRect(x, 0, width, bottom);
    ctx.strokeStyle = colours.text;
    ctx.lineWidth = 1;
    ctx.strokeRect(Math.round(x) + 0.5, 0.5, Math.max(3, Math.round(width) - 1), bottom - 1);
    if (playheadS !== null) {
      ctx.fillStyle = colours.accent;
      ctx.fillRect(Math.round(this.xOf(Math.min(playheadS, this.durationS))), 0, 1.5, bottom);
    }
  }
}
