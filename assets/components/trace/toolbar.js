// What stands around the canvases: the toolbar, the help, the legend, and class marks as inline pictures.

const MARK_SHAPES = {
  circle: ["circle", { cx: 12, cy: 12, r: 7 }],
  square: ["rect", { x: 5, y: 5, width: 14, height: 14 }],
  diamond: ["path", { d: "M12 3l9 9-9 9-9-9z" }],
  "triangle-up": ["path", { d: "M12 4l9 15H3z" }],
  "triangle-down": ["path", { d: "M12 20l9-15H3z" }],
  star: ["path", { d: "M12 2l2.9 6.6 7.1.7-5.4 4.8 1.6 7.1L12 17.5l-6.2 3.7 1.6-7.1L2 9.3l7.1-.7z" }],
  pentagon: ["path", { d: "M12 3l9 6.6-3.4 10.6H6.4L3 9.6z" }],
  x: ["path", { d: "M12 9l5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5-5-5 3-3z" }],
};

function classMark(colours, symbol, size) {
  const [tag, attributes] = MARK_SHAPES[colours.marks[symbol]];
  const outline = { stroke: colours.inks[symbol] ?? colours.other, "stroke-width": 1.5 };
  return glyph(size, svg(tag, { ...attributes, ...outline, fill: colours.classes[symbol] ?? colours.other }));
}

function buildToolbar(trace) {
  const { text } = trace.labels;
  return html("div", { class: "toolbar", role: "toolbar", "aria-label": text.toolbar },
    toolGroup(
      text.move,
      button("back", text.back, () => trace.turnPage(-1)),
      button("forward", text.forward, () => trace.turnPage(1)),
      button("zoomOut", text.zoom_out, () => trace.zoom(1.5)),
      button("zoomIn", text.zoom_in, () => trace.zoom(1 / 1.5)),
      button(null, text.ten_seconds, () => trace.resetWindow(), "tenSeconds"),
    ),
    buildBeatJumps(trace),
    buildJumps(trace),
    buildMeasures(trace),
  );
}

const toolGroup = (label, ...children) => html("div", { class: "group", role: "group", "aria-label": label }, children);

/** The list of beats and rhythms with a button to the next one and the one before; nothing where there are no beats. */
function buildBeatJumps(trace) {
  const { labels, parts, search } = trace;
  const { text } = labels;
  parts.symbol = null;
  if (!labels.rows.length || !labels.counts.size) return null;
  const list = html("select", { "aria-label": text.which_beat, title: text.which_beat, "data-name": "symbol" });
  parts.symbol = list;
  const counts = [...labels.counts].sort((a, b) => a[1] - b[1]);
  for (const [symbol, n] of counts) {
    list.append(new Option(`${symbol}  ${labels.symbolName(symbol)} · ${n.toLocaleString(text.locale)}`, symbol));
  }
  if (labels.nDiffer) list.append(new Option(`≠  ${text.disagreement} · ${labels.nDiffer}`, "≠"));
  appendRhythms(list, labels);
  const offered = new Set([...list.options].map(({ value }) => value));
  const preferred = ["V", "A", ...counts.map(([symbol]) => symbol)];
  list.value = offered.has(trace.wanted)
    ? trace.wanted
    : preferred.find((symbol) => labels.counts.has(symbol) && symbol !== labels.commonest) ?? counts[0][0];
  const next = button(null, "", () => search.beat(1), "nextBeat");
  next.title = `${text.next_of_class} (n)`;
  const name = () => {
    trace.wanted = list.value;
    const wanted = shortCode(trace.wanted.replace(RHYTHM_VALUE, ""));
    next.replaceChildren(fill(text.next_beat, { symbol: wanted }), icon("forward", 16));
  };
  list.addEventListener("change", name);
  name();
  return toolGroup(text.jump, button("back", text.previous_of_class, () => search.beat(-1), "previousBeat"), next, list);
}

/** Offer each rhythm of the record below its beats; a record has one rhythm at least, so more than that are a choice. */
function appendRhythms(list, labels) {
  if (labels.rhythms.text.length < 2) return;
  const counts = new Map();
  for (const code of labels.rhythms.text) if (code.trim()) counts.set(code, (counts.get(code) ?? 0) + 1);
  const group = html("optgroup", { label: labels.text.rhythm });
  for (const [code, n] of [...counts].sort((a, b) => a[1] - b[1])) {
    const name = labels.text.rhythms[code];
    group.append(new Option(`${name ? `${shortCode(code)}  ${name}` : shortCode(code)} · ${n}`, `${RHYTHM_VALUE}${code}`));
  }
  list.append(group);
}

/** To the next rhythm, and to a time. */
function buildJumps(trace) {
  const { labels, parts, search } = trace;
  const { text } = labels;
  const jumps = toolGroup(text.jump);
  if (labels.rhythms.text.length > 1) {
    const next = button(null, text.next_rhythm, () => search.rhythm(1), "nextRhythm");
    next.append(icon("forward", 16));
    next.title = `${text.next_rhythm} (r)`;
    jumps.append(next);
  }
  parts.goto = html("input", {
    type: "text", inputmode: "decimal", placeholder: text.go_to, "aria-label": text.go_to_label, title: text.go_to_label,
    "data-name": "goto", autocomplete: "off",
  });
  parts.goto.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") search.time(parts.goto);
    if (event.key === "Escape") parts.surface.focus();
  });
  jumps.append(parts.goto);
  return jumps;
}

function buildMeasures(trace) {
  const { labels, parts } = trace;
  const { text } = labels;
  parts.calipers = button("calipers", `${text.calipers} (c)`, () => trace.calipers.toggle());
  parts.calipers.setAttribute("aria-pressed", String(trace.calipers.on));
  const gains = html("select", { "aria-label": text.gain, title: text.gain, "data-name": "gain" });
  for (const [value, label] of [["", text.auto], ["5", "5 mm/mV"], ["10", "10 mm/mV"], ["20", "20 mm/mV"]]) {
    gains.append(new Option(label, value));
  }
  gains.value = trace.gain ?? "";
  gains.addEventListener("change", () => trace.setGain(gains.value));
  const help = button(null, "?", () => trace.toggleHelp(), "help");
  help.title = text.help;
  help.setAttribute("aria-label", text.help);
  return toolGroup(
    text.measure, parts.calipers, gains,
    button("image", text.save_png, () => savePng(trace), "png"),
    button("table", text.save_csv, () => saveCsv(trace), "csv"),
    help,
  );
}

function buildHelp(text, labels) {
  const keys = labels ? [...text.label_keys, ...text.keys.filter(([key]) => key !== "n p" && key !== "r R")] : text.keys;
  const lines = keys.map(([keys, meaning]) => [html("dt", { text: keys }), html("dd", { text: meaning })]);
  const close = button(null, text.close, () => dialog.close(), "closeHelp");
  const dialog = html("dialog", { class: "help", "aria-label": text.help }, html("dl", {}, lines.flat()), close);
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the trace behind it stays where it is
  return dialog;
}

/** What marks and rings mean, for the symbols that this record has: those with a mark first, then letters alone. */
function buildLegend(labels, colours) {
  const present = new Set(labels.rows.flatMap((row) => row.symbols));
  const named = (symbol) => [html("b", { text: symbol }), labels.symbolName(symbol)];
  const classes = Object.keys(colours.marks).filter((one) => present.has(one));
  const others = [...present].filter((one) => labels.beatSymbols.has(one) && !classes.includes(one));
  const ring = glyph(12, svg("circle", { cx: 12, cy: 12, r: 9, ...OUTLINE, "stroke-width": 3 }));
  return html("div", { class: "legend" },
    classes.map((symbol) => html("span", { "data-symbol": symbol }, classMark(colours, symbol, 14), named(symbol))),
    others.map((symbol) => html("span", { "data-symbol": symbol }, named(symbol))),
    labels.nDiffer ? html("span", {}, ring, labels.text.disagreement) : null,
  );
}
