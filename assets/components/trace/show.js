// The small element that changes from run to run: it waits for what it names, then shows it.

const TRACES = (CHANNEL.traces ??= new WeakMap());

function code() {
  if (CHANNEL.Trace) return undefined;
  if (!CHANNEL.waiting.has("code")) CHANNEL.waiting.set("code", deferred());
  return CHANNEL.waiting.get("code").promise;
}

export default async (component) => {
  const { parentElement: root, data } = component;
  const state = TRACES.get(root) ?? {};
  TRACES.set(root, state);
  const isNewest = noteCall(root, data.stamp);
  const [signal, labels] = await Promise.all([receive(data.signal), receive(data.labels), code()]);
  if (isNewest()) {
    state.trace ??= new CHANNEL.Trace(root);
    state.trace.update(signal, labels, data, component);
    settle(data.signal);
    settle(data.labels);
    for (const id of data.pieces) {
      receive(id).then((piece) => {
        state.trace.takePiece(piece);
        settle(id);
      });
    }
  }
  return whenGone(root, () => {
    state.trace?.destroy();
    TRACES.delete(root);
  });
};
