// Packets travel from Python to the browser once. What is heavy and constant (samples, labels, texts) has elements of
// its own, which say where to fetch it, by an address that names the content and that the browser keeps; the element that
// changes from run to run names them by id. A server without such addresses sends the bytes themselves.
//
// A packet is: uint32 length of a JSON header, the header, then arrays, each aligned to 8 bytes.

const CHANNEL = (globalThis[Symbol.for("ecgmodel.trace")] ??= {
  packets: new Map(), waiting: new Map(), coming: new Map(), stamps: new WeakMap(),
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
 * again with each change; those that come while the browser loads its code are called in any order. Python stamps what
 * it sends with a number that rises with each change.
 */
function noteCall(root, stamp) {
  CHANNEL.stamps.set(root, Math.max(stamp, CHANNEL.stamps.get(root) ?? 0));
  return () => CHANNEL.stamps.get(root) === stamp;
}

/** A cleanup for when the element has left: Streamlit cleans up behind an overtaken call as well, where it stays. */
function whenGone(root, cleanup) {
  return () => {
    if (!root.isConnected) cleanup();
  };
}

/** Keep a packet for as long as the element that carried it is mounted; fetch and decode it the first time only. */
function carry(owner, data) {
  const id = data.id ?? readHeader(data).header.id;
  const keep = (packet) => {
    const kept = CHANNEL.packets.get(id) ?? { packet, owners: new Set() };
    kept.owners.add(owner);
    publish(id, kept);
  };
  if (CHANNEL.packets.has(id)) keep();
  else if (data.url === undefined) keep(unpack(data));
  else fetchPacket(data, owner).then((packet) => packet && owner.isConnected && keep(packet));
  return whenGone(owner, () => letGo(owner, () => true));
}

const RETRIES_MS = [200, 1000, 3000];

/** The packet at an address, null where its element has left meanwhile. A server that was away is asked again. */
async function fetchPacket({ id, url }, owner) {
  for (let tries = 0; ; tries++) {
    const coming = CHANNEL.coming.get(id) ?? fetchBytes(url).then(unpack);
    CHANNEL.coming.set(id, coming);
    try {
      return await coming;
    } catch {
      await new Promise((done) => setTimeout(done, RETRIES_MS[Math.min(tries, RETRIES_MS.length - 1)]));
      if (!owner.isConnected) return null;
    } finally {
      if (CHANNEL.coming.get(id) === coming) CHANNEL.coming.delete(id);
    }
  }
}

async function fetchBytes(url) {
  const answer = await fetch(location.origin + url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function letGo(owner, isDone) {
  for (const [id, kept] of CHANNEL.packets) {
    if (isDone(id, kept) && kept.owners.delete(owner) && kept.owners.size === 0) CHANNEL.packets.delete(id);
  }
}

/** A packet is in use: those in whose place it came are let go. One that was not used yet may be the next. */
function settle(id) {
  const now = CHANNEL.packets.get(id);
  if (!now) return;
  now.isUsed = true;
  for (const owner of now.owners) letGo(owner, (other, kept) => other !== id && kept.isUsed);
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

// What draws comes with one of the heavy elements, too, and is there for the others under its name.

function offerCode(name, code) {
  publish(`code:${name}`, { packet: code, owners: new Set() });
}

/** The code with this name, now or as soon as the element that brings it is here. */
const receiveCode = (name) => receive(`code:${name}`);
