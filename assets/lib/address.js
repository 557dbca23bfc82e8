// The app may live below a path. This module knows it by its own address: APP/modules/VERSION/lib/address.js.

/** The whole address of what the app serves under a path such as "/live/3". @type {(path: string) => string} */
export const inApp = (path) => new URL(`../../..${path}`, import.meta.url).href;
