// The first script of the page, before Streamlit's own; `pages/ui/document.py` puts it into the document.

// Where the server is. Streamlit would ask for it below the name of the page first, which the console reports.
window.__streamlit = { BACKEND_BASE_URL: location.origin + document.currentScript.dataset.base };

// Streamlit pushes an entry for every change of the address. Here only another page is one; Back goes to the page before.
const pushState = history.pushState;
history.pushState = function (state, title, address) {
  const isPage = new URL(address ?? "", location.href).pathname !== location.pathname;
  return (isPage ? pushState : history.replaceState).call(this, state, title, address);
};
