// The web worker in which a network computes, so that the page stays free; client.js talks to it.
import { PortableNetwork } from "./network.js";

/** @type {PortableNetwork | undefined} */
let network;

/** @type {Record<string, (request: any) => { reply: object, transfer?: Transferable[] }>} */
const REQUESTS = {
  start: () => ({ reply: {} }),
  load({ header, weights }) {
    network = undefined;
    network = new PortableNetwork(header, weights);
    return { reply: {} };
  },
  weights({ weights }) {
    network = new PortableNetwork(network.header, weights);
    return { reply: {} };
  },
  run({ picture, buffer }) {
    const began = performance.now();
    const into = buffer ? new Float32Array(buffer) : new Float32Array(network.layout.length);
    network.run(picture, { into });
    return { reply: { numbers: into, milliseconds: performance.now() - began }, transfer: [into.buffer] };
  },
};

addEventListener("message", ({ data }) => {
  if (!Object.hasOwn(REQUESTS, data?.kind)) return;
  try {
    const { reply, transfer = [] } = REQUESTS[data.kind](data);
    postMessage({ number: data.number, ...reply }, { transfer });
  } catch (error) {
    postMessage({ number: data.number, error: error.message });
  }
});
