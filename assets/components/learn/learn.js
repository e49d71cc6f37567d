// Mounts the figure that a chapter asks for.

const MOUNTED = (globalThis[Symbol.for("ecgmodel.learn")] ??= new WeakMap());

export default ({ parentElement: root, data, setStateValue }) => {
  const packet = unpack(data);
  if (noteCall(root, packet.stamp)()) {
    let mounted = MOUNTED.get(root);
    if (mounted?.kind !== packet.kind) {
      mounted?.figure.destroy();
      const report = (name, value) => mounted.set(name, value);
      mounted = { kind: packet.kind, figure: new FIGURES[packet.kind](root, report) };
      MOUNTED.set(root, mounted);
    }
    mounted.set = setStateValue;
    mounted.figure.update(packet);
  }
  return whenGone(root, () => {
    MOUNTED.get(root)?.figure.destroy();
    MOUNTED.delete(root);
  });
};
