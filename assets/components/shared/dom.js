// Elements of the page and of pictures.

const SVG_NAME = "http://www.w3.org/2000/svg";

/** Give an element its attributes (`text` is its words, `onclick` a listener) and its children, nested or not. */
function put(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const svg = (name, attributes = {}, ...children) => put(document.createElementNS(SVG_NAME, name), attributes, children);
const html = (name, attributes = {}, ...children) => put(document.createElement(name), attributes, children);

/** Give a canvas its size in device pixels; false where it has it. */
function fitCanvas(canvas, width, height, scale) {
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width === w && canvas.height === h) return false;
  canvas.width = w;
  canvas.height = h;
  canvas.style.height = `${height}px`;
  return true;
}
