// The elements around the canvases: buttons, icons, marks, the list for those who do not see the canvas.

const ICONS = {
  back: "M14 6l-6 6 6 6",
  forward: "M10 6l6 6-6 6",
  zoomIn: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM16 16l4 4M11 8.5v5M8.5 11h5",
  zoomOut: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM16 16l4 4M8.5 11h5",
  calipers: "M5 5v14M19 5v14M5 12h14M8.5 9l-3 3 3 3M15.5 9l3 3-3 3",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  stepBack: "M17 6l-8 6 8 6zM7 6v12",
  stepOn: "M7 6l8 6-8 6zM17 6v12",
  stop: "M6 6h12v12H6z",
};
const SOLID = new Set(["play", "stop", "stepBack", "stepOn"]);

function element(tag, attributes = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function svg(inner, size, attributes = "") {
  const template = document.createElement("template");
  template.innerHTML = `<svg viewBox="0 0 24 24" width="${size}" height="${size}" aria-hidden="true" ${attributes}>${inner}</svg>`;
  return template.content.firstChild;
}

function setIcon(target, icon, label) {
  const solid = SOLID.has(icon) ? 'fill="currentColor"' : 'fill="none"';
  const line = 'stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"';
  target.replaceChildren(svg(`<path d="${ICONS[icon]}"/>`, 20, `${solid} ${line}`));
  target.title = label;
  target.setAttribute("aria-label", label);
}

/** A button with an icon, or with its words where there is none. */
function button(icon, label, action, name = icon) {
  const node = element("button", { type: "button", "data-name": name });
  if (ICONS[icon]) setIcon(node, icon, label);
  else node.textContent = label;
  node.addEventListener("click", action);
  return node;
}

/** A class mark as an inline picture. */
function classMark(colours, symbol, size) {
  const shapes = {
    circle: '<circle cx="12" cy="12" r="7"/>',
    square: '<rect x="5" y="5" width="14" height="14"/>',
    diamond: '<path d="M12 3l9 9-9 9-9-9z"/>',
    "triangle-up": '<path d="M12 4l9 15H3z"/>',
    "triangle-down": '<path d="M12 20l9-15H3z"/>',
  };
  return svg(shapes[colours.marks[symbol]] ?? "", size, `fill="${colours.classes[symbol] ?? colours.other}"`);
}

function buildToolbar(trace) {
  const { labels, parts } = trace;
  const { text } = labels;
  const group = (label, ...children) => element("div", { class: "group", role: "group", "aria-label": label }, children);
  const bar = element("div", { class: "toolbar", role: "toolbar", "aria-label": text.toolbar });

  bar.append(
    group(
      text.move,
      button("back", text.back, () => trace.turnPage(-1)),
      button("forward", text.forward, () => trace.turnPage(1)),
      button("zoomOut", text.zoom_out, () => trace.zoom(1.5)),
      button("zoomIn", text.zoom_in, () => trace.zoom(1 / 1.5)),
      button(null, text.ten_seconds, () => trace.resetWindow(), "tenSeconds"),
    ),
  );

  parts.symbol = null;
  if (labels.rows.length && labels.counts.size) {
    parts.symbol = element("select", { "aria-label": text.which_beat, title: text.which_beat, "data-name": "symbol" });
    const counts = [...labels.counts].sort((a, b) => a[1] - b[1]);
    for (const [symbol, n] of counts) {
      const option = new Option(`${symbol}  ${labels.symbolName(symbol)} · ${n.toLocaleString(text.locale)}`, symbol);
      parts.symbol.append(option);
    }
    if (labels.nDiffer) parts.symbol.append(new Option(`≠  ${text.disagreement} · ${labels.nDiffer}`, "≠"));
    appendRhythms(parts.symbol, labels);
    const preferred = ["V", "A", ...counts.map(([symbol]) => symbol)];
    parts.symbol.value = trace.wanted && [...parts.symbol.options].some(({ value }) => value === trace.wanted)
      ? trace.wanted
      : preferred.find((symbol) => labels.counts.has(symbol) && symbol !== labels.commonest) ?? counts[0][0];
    const next = button(null, "", () => trace.jumpBeat(1), "nextBeat");
    const face = () => {
      trace.wanted = parts.symbol.value;
      next.replaceChildren(fill(text.next_beat, { symbol: trace.wanted.replace(RHYTHM_VALUE, "") }), svg(`<path d="${ICONS.forward}"/>`, 16, LINE));
      next.title = `${text.next_of_class} (n)`;
    };
    parts.symbol.addEventListener("change", face);
    face();
    bar.append(group(text.jump, button("back", text.previous_of_class, () => trace.jumpBeat(-1), "previousBeat"), next, parts.symbol));
  }
  const jumps = group(text.jump);
  if (labels.rhythms.text.length > 1) {
    const next = button(null, text.next_rhythm, () => trace.jumpRhythm(1), "nextRhythm");
    next.append(svg(`<path d="${ICONS.forward}"/>`, 16, LINE));
    next.title = `${text.next_rhythm} (r)`;
    jumps.append(next);
  }
  parts.goto = element("input", {
    type: "text", inputmode: "decimal", placeholder: text.go_to, "aria-label": text.go_to_label, title: text.go_to_label,
    "data-name": "goto", autocomplete: "off",
  });
  parts.goto.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") trace.goTo(parts.goto);
    if (event.key === "Escape") parts.surface.focus();
  });
  jumps.append(parts.goto);
  bar.append(jumps);

  parts.calipers = button("calipers", `${text.calipers} (c)`, () => trace.toggleCalipers());
  parts.calipers.setAttribute("aria-pressed", "false");
  parts.gain = element("select", { "aria-label": text.gain, title: text.gain, "data-name": "gain" });
  for (const [value, label] of [["", text.auto], ["5", "5 mm/mV"], ["10", "10 mm/mV"], ["20", "20 mm/mV"]]) {
    parts.gain.append(new Option(label, value));
  }
  parts.gain.value = trace.gain ?? "";
  parts.gain.addEventListener("change", () => trace.setGain(parts.gain.value));
  const help = button(null, "?", () => trace.toggleHelp(), "help");
  help.title = text.help;
  help.setAttribute("aria-label", text.help);
  bar.append(
    group(
      text.measure, parts.calipers, parts.gain,
      button("image", text.save_png, () => trace.savePng(), "png"),
      button("table", text.save_csv, () => trace.saveCsv(), "csv"),
      help,
    ),
  );
  return bar;
}

const RHYTHM_VALUE = "rhythm:";

/** Offer each rhythm of the record below its beats; a record has one rhythm at least, so more than that are a choice. */
function appendRhythms(select, labels) {
  const counts = new Map();
  for (const code of labels.rhythms.text) if (code.trim()) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (labels.rhythms.text.length < 2) return;
  const group = element("optgroup", { label: labels.text.rhythm });
  for (const [code, n] of [...counts].sort((a, b) => a[1] - b[1])) {
    const name = labels.text.rhythms[code];
    group.append(new Option(`${name ? `${code}  ${name}` : code} · ${n}`, `${RHYTHM_VALUE}${code}`));
  }
  select.append(group);
}

const LINE = 'fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"';

function buildHelp(text) {
  const list = element("dl");
  for (const [keys, meaning] of text.keys) list.append(element("dt", {}, [keys]), element("dd", {}, [meaning]));
  return element("div", { class: "help", role: "dialog", "aria-label": text.help, hidden: "" }, [list]);
}

/** What marks and rings mean, for the symbols that this record has. */
function buildLegend(labels, colours) {
  const legend = element("div", { class: "legend" });
  const present = new Set(labels.rows.flatMap((row) => row.symbols));
  for (const symbol of labels.classes.filter((one) => present.has(one))) {
    legend.append(element("span", {}, [classMark(colours, symbol, 11), `${symbol} ${labels.symbolName(symbol)}`]));
  }
  for (const symbol of [...present].filter((one) => labels.beatSymbols.has(one) && !labels.classes.includes(one))) {
    legend.append(element("span", { class: "other" }, [`${symbol} ${labels.symbolName(symbol)}`]));
  }
  if (labels.nDiffer) {
    const circle = svg('<circle cx="12" cy="12" r="9"/>', 12, LINE.replace("1.8", "3"));
    legend.append(element("span", {}, [circle, labels.text.disagreement]));
  }
  return legend;
}
