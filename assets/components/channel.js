// Packets travel from Python to the browser once. Streamlit sends an element again as a reference where its message is
// unchanged, so what is heavy and constant (samples, labels, texts, this code) has elements of its own, and the element
// that changes from run to run names them by id.
//
// A packet is: uint32 length of a JSON header, the header, then arrays, each aligned to 8 bytes.

const CHANNEL = (globalThis[Symbol.for("ecgmodel.trace")] ??= {
  packets: new Map(), waiting: new Map(), calls: new WeakMap(),
});

const ARRAY_TYPES = { int16: Int16Array, int32: Int32Array, uint8: Uint8Array, float32: Float32Array };

function readHeader(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))), body: 4 + length };
}

function unpack(bytes) {
  const { header, body } = readHeader(bytes);
  const buffer = bytes.slice(body).buffer; // a copy, since the message may start at an odd address
  const arrays = {};
  for (const { name, type, length, offset } of header.arrays) arrays[name] = new ARRAY_TYPES[type](buffer, offset, length);
  return { id: header.id, ...header.fields, ...arrays };
}

/**
 * Note a call for an element, and return whether it is the newest, whenever that is asked. Streamlit calls a component
 * again with each change and cleans up when the element leaves the page, but also behind a call that another overtook
 * while its module was loading: then the newer one is at work already, and nothing may be taken from it.
 */
function noteCall(root) {
  const call = (CHANNEL.calls.get(root) ?? 0) + 1;
  CHANNEL.calls.set(root, call);
  return () => CHANNEL.calls.get(root) === call;
}

/** Keep a packet for as long as the element that carried it is mounted; decode it the first time only. */
function carry(owner, bytes) {
  const isNewest = noteCall(owner);
  const { id } = readHeader(bytes).header;
  for (const [other, kept] of CHANNEL.packets) {
    if (other !== id && kept.owners.delete(owner) && kept.owners.size === 0) CHANNEL.packets.delete(other);
  }
  const kept = CHANNEL.packets.get(id) ?? { packet: unpack(bytes), owners: new Set() };
  kept.owners.add(owner);
  publish(id, kept);
  return () => {
    if (!isNewest()) return;
    for (const [other, { owners }] of CHANNEL.packets) {
      if (owners.delete(owner) && owners.size === 0) CHANNEL.packets.delete(other);
    }
  };
}

function publish(id, kept) {
  CHANNEL.packets.set(id, kept);
  CHANNEL.waiting.get(id)?.resolve(kept.packet);
  CHANNEL.waiting.delete(id);
}

/** The packet with this id, now or as soon as its element is here. */
function receive(id) {
  const kept = CHANNEL.packets.get(id);
  if (kept) return Promise.resolve(kept.packet);
  if (!CHANNEL.waiting.has(id)) CHANNEL.waiting.set(id, Promise.withResolvers?.() ?? deferred());
  return CHANNEL.waiting.get(id).promise;
}

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve) => (parts.resolve = resolve));
  return parts;
}
