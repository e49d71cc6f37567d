// The element that brings the samples, and with them the code of the trace.

CHANNEL.Trace = Trace;

export default ({ parentElement, data }) => {
  const release = carry(parentElement, data);
  CHANNEL.waiting.get("code")?.resolve();
  CHANNEL.waiting.delete("code");
  return release;
};
