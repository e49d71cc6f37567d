// The element that brings labels, predictions and words.

export default ({ parentElement, data }) => carry(parentElement, data);
