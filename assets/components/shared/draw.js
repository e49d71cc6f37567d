// What the figures of the course share: scales, axes, controls, and a frame that draws again when its width changes.
// Figures draw in pixels, so that their words have the size of the text beside them.

const linear = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);

function line(points, attributes = {}) {
  let d = "";
  let pen = "M";
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) {
      pen = "M";
      continue;
    }
    d += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return svg("path", { d, fill: "none", "stroke-width": 1.5, "stroke-linejoin": "round", ...attributes });
}

const label = (x, y, text, attributes = {}) => svg("text", { x, y, text, class: "label", ...attributes });

/** Horizontal axis: ticks below the line, the name at the right end. */
function axisX(group, scale, y, ticks, name, right) {
  for (const tick of ticks) {
    group.append(svg("line", { x1: scale(tick), x2: scale(tick), y1: y, y2: y + 4, class: "axis" }));
    group.append(label(scale(tick), y + 16, tick, { "text-anchor": "middle", class: "tick" }));
  }
  if (name) group.append(label(right, y + 30, name, { "text-anchor": "end", class: "tick" }));
}

function axisY(group, scale, x, ticks, right, words = (tick) => String(tick).replace("-", "−")) {
  for (const tick of ticks) {
    group.append(svg("line", { x1: x, x2: right, y1: scale(tick), y2: scale(tick), class: tick === 0 ? "axis" : "grid" }));
    group.append(label(x - 6, scale(tick) + 4, words(tick), { "text-anchor": "end", class: "tick" }));
  }
}

function choice(name, options, chosen, onChoose) {
  const buttons = options.map(([value, text]) =>
    html("button", { type: "button", text, "data-value": value, "aria-pressed": String(value === chosen), onclick: () => pick(value) }),
  );
  const pick = (value) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.value === String(value)));
    onChoose(value);
  };
  const element = html("div", { class: "choice", role: "group", "aria-label": name }, buttons);
  element.pick = pick;
  return element;
}

function slider(name, { min, max, step, value }, onInput) {
  const output = html("output");
  const input = html("input", { type: "range", min, max, step, value, "aria-label": name });
  const show = () => {
    const text = onInput(Number(input.value));
    if (text !== undefined) output.textContent = text;
  };
  input.addEventListener("input", show);
  const element = html("label", { class: "slider" }, html("span", { text: name }), input, output);
  element.refresh = show;
  element.set = (next) => {
    input.value = next;
    show();
  };
  return element;
}

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The frame of a figure. Subclasses have `build()` (once for each new data) and `draw(width)` (with each new width). */
class Figure {
  constructor(root, report) {
    this.frame = html("div", { class: "figure" });
    this.report = report;
    root.append(this.frame);
    this.width = 0;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.frame);
  }

  update(data) {
    if (this.data?.id === data.id) return;
    this.data = data;
    this.text = data.text ?? {};
    this.frame.dataset.kind = data.kind;
    this.frame.classList.toggle("bare", !data.controls);
    this.build();
    this.width = 0;
    this.resize();
  }

  resize() {
    const width = Math.round(this.frame.clientWidth);
    if (!this.data || width < 40 || width === this.width) return;
    this.width = width;
    this.draw(width);
    this.frame.dataset.draws = Number(this.frame.dataset.draws ?? 0) + 1;
  }

  build() {
    this.frame.replaceChildren();
  }

  /** The colour in which a letter of a class can be read; that of the text for other symbols. */
  classInk(symbol) {
    return this.data.inks[isDark(this.frame) ? "dark" : "light"][symbol] ?? "currentColor";
  }

  /** The colour of a class; grey for other symbols. */
  classColour(symbol) {
    return this.data.palette[isDark(this.frame) ? "dark" : "light"][symbol] ?? this.data.other;
  }

  /** Call `onTick(share)` from 0 to 1 over some seconds, or once with 1 where the visitor wants no motion. */
  animate(seconds, onTick) {
    cancelAnimationFrame(this.running);
    if (still()) return onTick(1);
    const start = performance.now();
    const tick = (now) => {
      const share = Math.min(Math.max((now - start) / 1000 / seconds, 0), 1);
      onTick(share);
      if (share < 1) this.running = requestAnimationFrame(tick);
    };
    this.running = requestAnimationFrame(tick);
  }

  destroy() {
    cancelAnimationFrame(this.running);
    this.observer.disconnect();
    this.frame.remove();
  }
}

const FIGURES = {};
