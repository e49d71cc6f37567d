// The lesson without a server: mounts the components of the app with what was recorded of it, and asks the questions.
// A classic script, since browsers load no modules from a file; data come as scripts, too, since they fetch no files.

const LESSON = {
  mounts: {},
  styles: {},
  parts: new Map(),
  stamp: 1,

  /** Called by a file of data: what one beat shows on this page. */
  take(name, part) {
    this.parts.set(name, part);
    this.arrived?.(name);
  },

  /** The data of a beat, fetched the first time. */
  load(name) {
    if (this.parts.has(name)) return Promise.resolve(this.parts.get(name));
    return new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = `../data/${name}.js`;
      script.onload = () => done(this.parts.get(name));
      script.onerror = () => fail(new Error(`${name} is missing`));
      document.head.append(script);
    });
  },

  async show(name, button) {
    const part = await this.load(name);
    for (const other of document.querySelectorAll("[data-part]")) other.setAttribute("aria-pressed", String(other === button));
    this.figure(part);
    document.getElementById("said").innerHTML = part.said;
    this.ask(part.questions);
    document.body.dataset.shown = name;
  },

  figure(part) {
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const component = (root, data) => ({ parentElement: root, data, setStateValue() {}, setTriggerValue() {} });
    for (const { mount, packet, fields } of part.components) {
      const data = packet === undefined ? { ...fields, stamp: ++this.stamp, wish: String(this.stamp) } : bytes(packet);
      this.mounts[mount](component(this.rootOf(mount, packet), data));
    }
  },

  /** The place of a component; those that carry data only are kept out of sight, one for each packet. */
  rootOf(mount, packet) {
    const key = mount === "pane" ? `pane ${packet.length} ${packet.slice(-40)}` : mount;
    this.roots ??= new Map();
    if (!this.roots.has(key)) {
      const place = document.createElement("div");
      place.className = mount;
      if (mount === "words" || mount === "pane") place.hidden = true;
      document.getElementById("figure").append(place);
      const root = place.attachShadow({ mode: "open" });
      const style = document.createElement("style");
      style.textContent = this.styles[mount] ?? "";
      root.append(style);
      this.roots.set(key, root);
    }
    return this.roots.get(key);
  },

  ask(questions) {
    const box = document.getElementById("questions");
    if (!box) return;
    const list = questions.map((question, number) => {
      const set = document.createElement("fieldset");
      const legend = document.createElement("legend");
      legend.innerHTML = question.text;
      const why = document.createElement("div");
      why.className = "why";
      why.setAttribute("role", "status");
      const order = question.answers.map((_, k) => k).sort((a, b) => this.draw(number, a) - this.draw(number, b));
      const options = order.map((k) => {
        const label = document.createElement("label");
        const input = Object.assign(document.createElement("input"), { type: "radio", name: `question ${number}` });
        const text = document.createElement("span");
        text.innerHTML = question.answers[k];
        input.addEventListener("change", () => {
          why.className = k === 0 ? "why right" : "why wrong";
          why.innerHTML = `<b>${k === 0 ? box.dataset.right : box.dataset.wrong}</b> ${question.why[k]}`;
        });
        label.append(input, text);
        return label;
      });
      set.append(legend, ...options, why);
      return set;
    });
    box.replaceChildren(...list);
  },

  /** A number that shuffles: another one for each visitor, the same while the page is open. */
  draw(question, answer) {
    this.seed ??= Math.random();
    return (Math.sin((question + 1) * 12.9898 + (answer + 1) * 78.233 + this.seed * 1000) * 43758.5453) % 1;
  },
};

globalThis.LESSON = LESSON;

addEventListener("DOMContentLoaded", () => {
  // On a telephone the chapters are one row that scrolls: the one that is open is in view.
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const buttons = [...document.querySelectorAll("[data-part]")];
  for (const button of buttons) button.addEventListener("click", () => LESSON.show(button.dataset.part, button));
  const first = buttons.find((button) => button.getAttribute("aria-pressed") === "true") ?? buttons[0];
  if (first) LESSON.show(first.dataset.part, first);
  else if (document.body.dataset.only) LESSON.show(document.body.dataset.only);
});
