// The element that brings the words, colours and code of the Gates page's view.

offerCode("gates", Gates);

export default ({ parentElement, data }) => carry(parentElement, data);
