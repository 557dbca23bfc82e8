// What Streamlit gets of each component (visualizer/ui/kit/component.py, which fills the address in). It makes a module
// without an address of its own of this text, so the component's module is asked for by its whole address. The app may
// live below a path; the page's scripts know it.
/** @type {HTMLScriptElement} */
const script = document.querySelector('script[src*="/static/js/"]');
const app = script?.src.split("/static/js/")[0] ?? "";
const address = "ADDRESS";
// Browsers remember that a module did not come, so the second time it and all that it imports have other addresses: the
// server takes any version.
const another = address.replace("/modules/", "/modules/again-");
const PATIENCE = 1000; // milliseconds before a module that did not come, as from a busy server, is asked for once more

const loadLater = () => new Promise((resolve) => setTimeout(resolve, PATIENCE)).then(() => import(`${app}${another}`));

let module;

export default async (component) => {
  module ??= await import(`${app}${address}`).catch(loadLater);
  return module.default(component);
};
