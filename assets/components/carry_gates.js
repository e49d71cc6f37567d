// The element that brings the words, colours and code of the Gates page's view.

CHANNEL.Gates = Gates;

export default ({ key, data }) => {
  const release = carry(key, data);
  CHANNEL.waiting.get("gates-code")?.resolve();
  CHANNEL.waiting.delete("gates-code");
  return release;
};
