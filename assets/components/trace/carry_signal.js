// The element that brings the samples, and with them the code of the trace.

offerCode("trace", Trace);

export default ({ parentElement, data }) => carry(parentElement, data);
