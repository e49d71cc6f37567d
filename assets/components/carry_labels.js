// The element that brings labels, predictions and words.

export default ({ key, data }) => carry(key, data);
