// The small element that changes from run to run: it waits for what it names, then shows it.

const TRACES = (CHANNEL.traces ??= new WeakMap());

export default async (component) => {
  const { parentElement: root, data } = component;
  const state = TRACES.get(root) ?? {};
  TRACES.set(root, state);
  const isNewest = noteCall(root, data.stamp);
  const [signal, labels, Trace] = await Promise.all([receive(data.signal), receive(data.labels), receiveCode("trace")]);
  if (isNewest()) {
    state.trace ??= new Trace(root);
    state.trace.update(signal, labels, data, component);
    settle(data.signal);
    settle(data.labels);
    for (const id of data.pieces) {
      receive(id).then((piece) => {
        state.trace.pieces.take(piece);
        settle(id);
      });
    }
  }
  return whenGone(root, () => {
    state.trace?.destroy();
    TRACES.delete(root);
  });
};
