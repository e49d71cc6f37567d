// The first script of the page, before Streamlit's own; `pages/ui/document.py` puts it into the document.

// Where the server is. Streamlit would ask for it below the name of the page first, which the console reports.
window.__streamlit = { BACKEND_BASE_URL: location.origin + document.currentScript.dataset.base };

// Streamlit pushes an entry for every change of the address. Here only another page is one; Back goes to the page before.
// Before anybody has touched anything, another page is where an address led to: nothing to go back to, either.
let touched = false;
for (const kind of ["pointerdown", "keydown", "click"]) addEventListener(kind, () => (touched = true), { capture: true, once: true });
const pushState = history.pushState;
history.pushState = function (state, title, address) {
  const isPage = touched && new URL(address ?? "", location.href).pathname !== location.pathname;
  return (isPage ? pushState : history.replaceState).call(this, state, title, address);
};

// A connection that is back may lead to a server that was started anew, or to another one, which knows nothing of this
// page until it runs. Streamlit runs it only where a run was cut off; its own key for that does the rest of the time.
let wasConnected = false;
let isBack = false;
new MutationObserver(() => {
  const state = document.querySelector("[data-test-connection-state]")?.dataset.testConnectionState;
  if (state === "CONNECTED" && isBack) {
    for (const type of ["keydown", "keyup"]) {
      document.dispatchEvent(new KeyboardEvent(type, { key: "r", code: "KeyR", keyCode: 82, bubbles: true }));
    }
  }
  wasConnected ||= state === "CONNECTED";
  isBack = wasConnected && state !== "CONNECTED";
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-test-connection-state"] });
