// Segments as small traces; each is a button. What the model saw is drawn in ink, what lies around it is faint.

class Tiles {
  constructor(root) {
    this.frame = html("div", { class: "tiles" });
    root.append(this.frame);
  }

  update(data, report) {
    this.report = report;
    if (data.id === this.shown) return;
    this.shown = data.id;
    const focused = this.frame.getRootNode().activeElement?.dataset?.tile;
    this.colours = data.palette[isDark(this.frame) ? "dark" : "light"];
    this.frame.replaceChildren(...data.tiles.map((tile, number) => this.tile(data, tile, number)));
    this.frame.dataset.paints = Number(this.frame.dataset.paints ?? 0) + 1;
    // They answer a click in a matrix above, and may lie below the screen, where nobody would look for them.
    const isAnswer = this.frame.dataset.paints === "1" && document.activeElement?.shadowRoot?.querySelector(".matrices");
    if (isAnswer) this.frame.scrollIntoView({ block: "nearest" });
    if (focused) this.frame.querySelector(`[data-tile="${focused}"]`)?.focus({ preventScroll: true });
  }

  tile(data, tile, number) {
    const samples = data.signal.subarray(number * data.n_samples, (number + 1) * data.n_samples);
    const mark = (symbol) => html("b", { text: symbol, style: `color: ${this.colours[symbol] ?? "inherit"}` });
    return html(
      "button",
      {
        type: "button",
        "data-tile": number,
        "data-record": tile.record,
        "data-r-sample": tile.r_sample,
        "aria-label": tile.label,
        "aria-pressed": String(data.chosen === number),
        title: tile.label,
        onclick: () => this.report({ tile: number, at: Date.now() }),
      },
      html("span", { class: "title" }, html("span", { text: tile.title }), html("span", {}, mark(tile.truth), " → ", mark(tile.named), ` ${tile.probability}`)),
      tile.here ? this.picture(data, samples, tile) : html("span", { class: "away", text: data.text.away }),
    );
  }

  picture(data, samples, tile) {
    const width = 240;
    const height = 72;
    const known = [...samples].filter((value) => value !== data.gap).sort((a, b) => a - b);
    const middle = (known[0] + known.at(-1)) / 2 || 0;
    const span = Math.max((known.at(-1) ?? 0) - (known[0] ?? 0), data.least_span);
    const x = linear(0, data.n_samples - 1, 0, width);
    const y = linear(middle + span / 2, middle - span / 2, 5, height - 5);
    const piece = (start, stop, kind) => {
      const points = [];
      for (let k = Math.max(start, 0); k < Math.min(stop, data.n_samples); k += 2) points.push([x(k), samples[k] === data.gap ? NaN : y(samples[k])]);
      return points.length ? line(points, { class: kind, "stroke-width": 1.2 }) : null;
    };
    const seconds = [];
    for (let k = 0; k < data.n_samples; k += data.fs / 5) seconds.push(svg("line", { x1: x(k), x2: x(k), y1: 0, y2: height, class: "grid" }));
    return svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      seconds,
      svg("line", { x1: x(tile.mark), x2: x(tile.mark), y1: 0, y2: height, class: "mark", style: `stroke: ${this.colours[tile.truth] ?? "currentColor"}` }),
      piece(0, tile.start + 2, "faint"),
      piece(tile.start, tile.stop + 2, "ink"),
      piece(tile.stop, data.n_samples, "faint"),
    );
  }

  destroy() {
    this.frame.remove();
  }
}

const TILES = (globalThis[Symbol.for("ecgmodel.tiles")] ??= new WeakMap());

export default ({ parentElement: root, data, setStateValue }) => {
  const packet = unpack(data);
  if (!TILES.has(root)) TILES.set(root, new Tiles(root));
  if (noteCall(root, packet.stamp)()) TILES.get(root).update(packet, (tile) => setStateValue("tile", tile));
  return whenGone(root, () => {
    TILES.get(root)?.destroy();
    TILES.delete(root);
  });
};
