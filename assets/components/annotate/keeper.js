// Labels in the browser's own store, and the question before they are left. Shows nothing.

const STORE = "ecgmodel.labels.";
const KEEPERS = (globalThis[Symbol.for("ecgmodel.keepers")] ??= new WeakMap());

class Keeper {
  constructor(root) {
    this.isUnsaved = false;
    this.sign = html("span", { hidden: true, "data-name": "keeper" });
    root.append(this.sign);
    this.ask = (event) => {
      if (this.isUnsaved) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.ask);
  }

  update({ name, text, unsaved, discarded }, setStateValue) {
    this.isUnsaved = unsaved;
    const key = STORE + name;
    try {
      if (text !== null) {
        this.offered = null; // a session that is lost later gets them again
        localStorage.setItem(key, text);
      } else if (discarded) localStorage.removeItem(key);
      else this.offer(localStorage.getItem(key), name, setStateValue);
    } catch {
      if (this.refused !== name) setStateValue("refused", name); // a private window, or no room
      this.refused = name;
    }
    this.sign.dataset.unsaved = unsaved;
  }

  /** Give back what was kept; once, for the page answers with what it made of it. */
  offer(text, name, setStateValue) {
    if (text === null || this.offered === name) return;
    this.offered = name;
    setStateValue("found", { name, text, at: Date.now() });
  }

  end() {
    window.removeEventListener("beforeunload", this.ask);
    this.sign.remove();
  }
}

export default ({ parentElement: root, data, setStateValue }) => {
  if (!KEEPERS.has(root)) KEEPERS.set(root, new Keeper(root));
  if (noteCall(root, data.stamp)()) KEEPERS.get(root).update(data, setStateValue);
  return whenGone(root, () => {
    KEEPERS.get(root)?.end();
    KEEPERS.delete(root);
  });
};
