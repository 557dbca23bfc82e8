// The app may live below a path of its own. This module knows it by its own address: APP/modules/VERSION/lib/address.js.

/**
 * The whole address of what the app serves.
 *
 * @param {string} path From the app on, such as "/live/3?width=800".
 * @returns {string}
 */
export const inApp = (path) => new URL(`../../..${path}`, import.meta.url).href;
