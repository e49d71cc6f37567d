// Icons and the buttons that wear them.

const ICONS = {
  back: "M14 6l-6 6 6 6",
  forward: "M10 6l6 6-6 6",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  zoomIn: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM16 16l4 4M11 8.5v5M8.5 11h5",
  zoomOut: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM16 16l4 4M8.5 11h5",
  remove: "M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13M10.5 10.5v6M13.5 10.5v6",
  calipers: "M5 5v14M19 5v14M5 12h14M8.5 9l-3 3 3 3M15.5 9l3 3-3 3",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  stepBack: "M17 6l-8 6 8 6zM7 6v12",
  stepOn: "M7 6l8 6-8 6zM17 6v12",
  toStart: "M6 6v12M19 6l-9 6 9 6z",
  toEnd: "M18 6v12M5 6l9 6-9 6z",
};
const SOLID = new Set(["play", "stop", "stepBack", "stepOn"]);
const OUTLINE = { fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" };

/** A picture of 24 by 24 units beside words, which say what it shows. */
const glyph = (size, ...children) => svg("svg", { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" }, children);

const icon = (name, size = 20) => glyph(size, svg("path", { d: ICONS[name], ...OUTLINE, fill: SOLID.has(name) ? "currentColor" : "none" }));

function setIcon(target, name, label) {
  target.replaceChildren(icon(name));
  target.title = label;
  target.setAttribute("aria-label", label);
}

/** A button with an icon, or with its words where there is none. */
function button(face, label, action, name = face) {
  const node = html("button", { type: "button", "data-name": name, onclick: action });
  if (ICONS[face]) setIcon(node, face, label);
  else node.textContent = label;
  return node;
}
