// Mounts the figure that a chapter asks for. Streamlit calls this again with each change, and the cleanup when the
// element leaves the page.

const MOUNTED = (globalThis[Symbol.for("ecgmodel.learn")] ??= new WeakMap());

export default ({ parentElement: root, data, setStateValue }) => {
  const packet = unpack(data);
  let mounted = MOUNTED.get(root);
  if (mounted?.kind !== packet.kind) {
    mounted?.figure.destroy();
    mounted = { kind: packet.kind, figure: new FIGURES[packet.kind](root, (name, value) => mounted.set(name, value)) };
    MOUNTED.set(root, mounted);
  }
  mounted.set = setStateValue;
  mounted.figure.update(packet);
  return () => {
    mounted.figure.destroy();
    MOUNTED.delete(root);
  };
};
