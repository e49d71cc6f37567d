// The element that brings the words, colours and code of the Gates page's view.

CHANNEL.Gates = Gates;

export default ({ parentElement, data }) => {
  const release = carry(parentElement, data);
  CHANNEL.waiting.get("gates-code")?.resolve();
  CHANNEL.waiting.delete("gates-code");
  return release;
};
