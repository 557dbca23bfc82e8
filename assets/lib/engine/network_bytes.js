// A network as the server sends it (visualizer/ui/parts/portable_network.py).
import { inApp } from "../address.js";
import { check, refusal } from "./header.js";

/** @typedef {import("./header.js").Header} Header */

/**
 * @param {string} address Below the app, such as "/network/12ab".
 * @returns {Promise<{ header: Header, weights: Float32Array } | null>} null where the server has it no longer: the
 * page's script then puts it there again. Rejected with an Error where the server does not answer.
 */
export async function fetchNetwork(address) {
  const answer = await fetch(inApp(address));
  if (answer.status === 404) return null;
  check(answer.ok, `the server answered with ${answer.status}`);
  return unpacked(await answer.arrayBuffer());
}

/**
 * The length of the header, a little-endian uint32; the header, JSON padded to whole words; the weights, float32.
 * @param {ArrayBuffer} bytes
 * @returns {{ header: Header, weights: Float32Array }}
 * @throws {Error} They are no network.
 */
export function unpacked(bytes) {
  const length = bytes.byteLength >= 4 ? new DataView(bytes).getUint32(0, true) : NaN;
  const start = 4 + length;
  check(start % 4 === 0 && start <= bytes.byteLength && bytes.byteLength % 4 === 0, "what came is no network");
  const header = parsed(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  return { header, weights: new Float32Array(bytes, start) };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal("its description cannot be read");
  }
}
