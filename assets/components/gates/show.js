// The small element of the Gates page that changes from run to run: it waits for what it names, then shows it.

const VIEWS = (CHANNEL.views ??= new WeakMap());

function code() {
  if (CHANNEL.Gates) return undefined;
  if (!CHANNEL.waiting.has("gates-code")) CHANNEL.waiting.set("gates-code", deferred());
  return CHANNEL.waiting.get("gates-code").promise;
}

export default async (component) => {
  const { parentElement: root, data } = component;
  const state = VIEWS.get(root) ?? {};
  VIEWS.set(root, state);
  const isNewest = noteCall(root, data.stamp);
  const [text, , ...panes] = await Promise.all([receive(data.text), code(), ...data.panes.map(receive)]);
  if (isNewest()) {
    state.view ??= new CHANNEL.Gates(root);
    state.view.update(text, panes, data, component);
    [data.text, ...data.panes].forEach(settle);
  }
  return whenGone(root, () => {
    state.view?.destroy();
    VIEWS.delete(root);
  });
};
