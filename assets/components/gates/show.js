// The small element of the Gates page that changes from run to run: it waits for what it names, then shows it.

const VIEWS = (CHANNEL.views ??= new WeakMap());

export default async (component) => {
  const { parentElement: root, data } = component;
  const state = VIEWS.get(root) ?? {};
  VIEWS.set(root, state);
  const isNewest = noteCall(root, data.stamp);
  const [Gates, text, ...panes] = await Promise.all([receiveCode("gates"), ...[data.text, ...data.panes].map(receive)]);
  if (isNewest()) {
    state.view ??= new Gates(root);
    state.view.update(text, panes, data, component);
    [data.text, ...data.panes].forEach(settle);
  }
  return whenGone(root, () => {
    state.view?.destroy();
    VIEWS.delete(root);
  });
};
