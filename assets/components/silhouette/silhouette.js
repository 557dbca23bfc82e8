// The shape of a whole network, as visualizer/figures/silhouette.py drew it, with a menu to save it.
import { offerSaving } from "../../lib/saving.js";

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".silhouette");
  offerSaving(root);
  const drawing = new DOMParser().parseFromString(data.svg, "image/svg+xml").documentElement;
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", data.alt);
  root.querySelector("svg").replaceWith(drawing);
}
