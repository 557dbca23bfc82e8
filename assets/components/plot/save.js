// Saves a figure as a file, for slides and papers: Plotly draws it anew in the browser, and nothing is sent.
import { SCALES } from "../../lib/figure_tools.js";

/** @typedef {{ data: any[], layout: Record<string, any> }} Figure */

/**
 * A figure as a person turned, moved and chose it: the drawing knows. Not the drawing's own data, which Plotly filled
 * with what it decoded.
 *
 * @type {(figure: Figure, drawing: any, ground: string) => Figure}
 */
export function asSeen({ data, layout }, drawing, ground) {
  const seen = { ...layout, paper_bgcolor: ground };
  for (const [name, part] of Object.entries(drawing.layout ?? {})) {
    if (/^scene\d*$/.test(name) && part.camera) seen[name] = { ...layout[name], camera: part.camera };
    if (/^[xy]axis\d*$/.test(name) && part.range && layout[name]?.fixedrange === false)
      seen[name] = { ...layout[name], range: [...part.range] };
  }
  const shown = data.map((trace, place) => {
    const { visible } = drawing.data?.[place] ?? {};
    return visible === undefined ? trace : { ...trace, visible };
  });
  return { data: shown, layout: seen };
}

/** Write the file. @type {(Plotly: any, figure: Figure, format: "svg" | "png", name: string) => Promise<void>} */
export async function download(Plotly, { data, layout }, format, name) {
  const { width, height } = layout;
  await Plotly.downloadImage({ data, layout }, { format, filename: name, width, height, scale: SCALES[format] });
}
