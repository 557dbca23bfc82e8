// Plotly is served beside the app, once for all charts, from the Python package that makes the figures.
import { inApp } from "../../lib/address.js";

/** @type {Promise<any> | undefined} */
let library;

/**
 * @param {string} path Where the app serves it.
 * @returns {Promise<any>} The library; it is asked for again where it could not be loaded.
 */
export function plotly(path) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = inApp(path);
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      library = undefined;
      reject(new Error("Plotly could not be loaded"));
    };
    document.head.append(script);
  });
  return library;
}
