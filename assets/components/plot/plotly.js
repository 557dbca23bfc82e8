// Plotly is served beside the app, once for all charts, from the Python package that makes the figures.
import { inApp } from "../../lib/address.js";

/** The library, as its script leaves it; undefined before. @type {() => any} */
const loaded = () => window["Plotly"];
/** @type {Promise<any> | undefined} */
let library;

/** Plotly, from below the app; asked for again where it could not be loaded. @type {(path: string) => Promise<any>} */
export function plotly(path) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = inApp(path);
    script.onload = () => resolve(loaded());
    script.onerror = () => {
      library = undefined;
      reject(new Error("Plotly could not be loaded"));
    };
    document.head.append(script);
  });
  return library;
}

/** Take a drawing apart, where there is one. @type {(element: Element) => void} */
export const purge = (element) => loaded()?.purge(element);
