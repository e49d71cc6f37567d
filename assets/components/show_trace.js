// The small element that changes from run to run: it waits for what it names, then shows it. Streamlit calls this again
// with each change, and the cleanup only when the element leaves the page.

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
  state.latest = component;
  const [signal, labels] = await Promise.all([receive(data.signal), receive(data.labels), code()]);
  // A later call may have come by while this one waited.
  if (state.latest === component) {
    state.trace ??= new CHANNEL.Trace(root);
    state.trace.update(signal, labels, data, component);
    for (const id of data.pieces) receive(id).then((piece) => state.trace.takePiece(piece));
  }
  return () => {
    state.latest = null;
    state.trace?.destroy();
    TRACES.delete(root);
  };
};
