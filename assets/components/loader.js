// What Streamlit gets of each component (visualizer/ui/kit/component.py, which fills the address in). It makes a module
// without an address of its own of this text, so the component's module is asked for by its whole address. The app may
// live below a path; the page's scripts know it.
/** @type {HTMLScriptElement} */
const script = document.querySelector('script[src*="/static/js/"]');
const app = script?.src.split("/static/js/")[0] ?? "";
const PATIENCE = 1000; // milliseconds before a module that did not come, as from a busy server, is asked for once more

const load = () => import(`${app}ADDRESS`);
const loadLater = () => new Promise((resolve) => setTimeout(resolve, PATIENCE)).then(load);

export default async (component) => (await load().catch(loadLater)).default(component);
