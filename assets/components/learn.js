// Mounts the figure that a chapter asks for.

const MOUNTED = (globalThis[Symbol.for("ecgmodel.learn")] ??= new WeakMap());

export default ({ parentElement: root, data, setStateValue }) => {
  const isNewest = noteCall(root);
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
    if (!isNewest()) return;
    mounted.figure.destroy();
    MOUNTED.delete(root);
  };
};
