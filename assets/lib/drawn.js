// What a component shows, as one SVG that needs nothing beside it: its drawings, pictures, boxes and letters, each
// where it is on the page, in the colours that it has there. Programs for slides know no HTML inside an SVG, no colours
// that are mixed and no lines that keep their width, so there are only shapes, pictures and texts.
import { addSvg } from "./dom.js";

/** What one uses to change a figure, or what tells how, is no part of it. */
export const LEFT_OUT = ".chart-tools, .transport, .hint, .visually-hidden, [data-unsaved]";
const MARGIN = 8; // pixels around what is drawn
const XLINK = "http://www.w3.org/1999/xlink";
const COLOURS = ["fill", "stroke"];
const STYLES = ["fill-rule", "stroke-linecap", "stroke-linejoin", "opacity"];
const LETTERS = ["font-family", "font-size", "font-weight", "font-style"];
const SIDES = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]);

/** @type {(root: Element) => SVGElement} */
export const drawn = (root) => new Drawing(root).made();

class Drawing {
  /** @param {Element} root */
  constructor(root) {
    this.root = root;
    this.at = root.getBoundingClientRect();
    this.pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    this.svg = addSvg(document.createDocumentFragment(), "svg");
    // Left, top, right and bottom of all that is drawn.
    this.edges = [Infinity, Infinity, -Infinity, -Infinity];
  }

  made() {
    this.add(this.root, 1, Infinity);
    const [left, top] = this.edges.slice(0, 2).map((edge) => Math.floor(edge) - MARGIN);
    const [right, bottom] = this.edges.slice(2).map((edge) => Math.ceil(edge) + MARGIN);
    const [width, height] = [right - left, bottom - top];
    const place = { width, height, viewBox: `${left} ${top} ${width} ${height}` };
    for (const [name, value] of Object.entries(place)) this.svg.setAttribute(name, String(value));
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim();
    const paper = addSvg(this.svg, "rect", { x: left, y: top, width, height, fill: ground || "#ffffff" });
    this.svg.prepend(paper);
    return this.svg;
  }

  /** @type {(element: Element, above: number, edge: number) => void} With the opacity and the right edge around it. */
  add(element, above, edge) {
    const style = getComputedStyle(element);
    if (element.matches(LEFT_OUT) || style.display === "none" || style.visibility === "hidden") return;
    const box = element.getBoundingClientRect();
    const opacity = above * Number(style.opacity);
    const clip = style.overflowX === "visible" ? edge : Math.min(edge, box.right);
    this.addBox(style, box, opacity);
    if (element instanceof SVGSVGElement) this.addDrawing(element, box, opacity);
    else if (element instanceof HTMLCanvasElement) this.addPicture(element.toDataURL(), style, box, opacity);
    else if (element instanceof HTMLImageElement) this.addPicture(element.src, style, box, opacity);
    else if (element instanceof HTMLInputElement) this.addValue(element, style, box, opacity);
    else {
      for (const child of element.childNodes) {
        if (child instanceof Element) this.add(child, opacity, clip);
        else if (child instanceof Text) this.addText(child, style, opacity, clip);
      }
    }
  }

  /**
   * A place on the page as one in the drawing, which grows with it.
   *
   * @type {(box: DOMRect) => Record<"x" | "y" | "width" | "height", number>}
   */
  place({ left, top, width, height }) {
    const [x, y] = [left - this.at.left, top - this.at.top];
    const [first, last] = [[x, y], [x + width, y + height]];
    this.edges = this.edges.map((edge, at) => (at < 2 ? Math.min(edge, first[at]) : Math.max(edge, last[at - 2])));
    return { x, y, width, height };
  }

  /** A colour that every program knows. @type {(colour: string) => { colour: string, opacity: number }} */
  plain(colour) {
    this.pen.clearRect(0, 0, 1, 1);
    this.pen.fillStyle = colour;
    this.pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = this.pen.getImageData(0, 0, 1, 1).data;
    const hex = [red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("");
    return { colour: `#${hex}`, opacity: alpha / 255 };
  }

  /** Background, border and outline. @type {(style: CSSStyleDeclaration, box: DOMRect, above: number) => void} */
  addBox(style, box, above) {
    const rx = parseFloat(style.borderTopLeftRadius);
    const behind = this.plain(style.backgroundColor);
    if (behind.opacity)
      addSvg(this.svg, "rect", { ...this.place(box), rx, fill: behind.colour, opacity: above * behind.opacity });
    if (style.backgroundImage.startsWith("linear-gradient")) this.addScale(style, box, above);
    if (style.backgroundImage.startsWith("url")) this.addSheet(style, box, above);

    const lines = SIDES.map((side) => ({
      width: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]),
      ...this.plain(style[`border${side}Color`]),
    }));
    const [line, ...others] = lines;
    if (others.every(({ width, colour }) => width === line.width && colour === line.colour))
      this.addFrame(box, -line.width / 2, line, rx, above);
    else lines.forEach((one, side) => this.addSide(box, one, side, above));
    if (style.outlineStyle === "none") return;
    const outline = { width: parseFloat(style.outlineWidth), ...this.plain(style.outlineColor) };
    this.addFrame(box, parseFloat(style.outlineOffset) + outline.width / 2, outline, rx, above);
  }

  /** A line around a box, its middle that far outside. */
  addFrame(box, outside, { width, colour, opacity }, rx, above) {
    if (!width || !opacity) return;
    const { left, top } = box;
    const around = new DOMRect(left - outside, top - outside, box.width + 2 * outside, box.height + 2 * outside);
    const line = { stroke: colour, "stroke-width": width, fill: "none", opacity: above * opacity };
    addSvg(this.svg, "rect", { ...this.place(around), rx, ...line });
  }

  /** A line at one side of a box. */
  addSide(box, { width, colour, opacity }, side, above) {
    if (!width || !opacity) return;
    const { left, top, right, bottom } = box;
    const place = [
      new DOMRect(left, top, box.width, width),
      new DOMRect(right - width, top, width, box.height),
      new DOMRect(left, bottom - width, box.width, width),
      new DOMRect(left, top, width, box.height),
    ][side];
    addSvg(this.svg, "rect", { ...this.place(place), fill: colour, opacity: above * opacity });
  }

  /** A bar of colours, from left to right at equal distances. */
  addScale(style, box, above) {
    const colours = style.backgroundImage.match(/rgba?\([^)]*\)/g);
    const id = `scale-${this.svg.children.length}`;
    const scale = addSvg(this.svg, "linearGradient", { id });
    colours.forEach((colour, index) => {
      addSvg(scale, "stop", { offset: index / (colours.length - 1), "stop-color": this.plain(colour).colour });
    });
    const rx = parseFloat(style.borderTopLeftRadius);
    addSvg(this.svg, "rect", { ...this.place(box), rx, fill: `url(#${id})`, opacity: above });
  }

  /** The part of a sheet of pictures that is seen. */
  addSheet(style, box, above) {
    const sheet = style.backgroundImage.slice(5, -2);
    const { x, y, width, height } = this.place(box);
    const share = (text) => text.split(" ").map((part) => parseFloat(part) / 100);
    const [[wide, high], [across, down]] = [share(style.backgroundSize), share(style.backgroundPosition)];
    const size = { width: wide * width, height: high * height };
    const part = addSvg(this.svg, "svg", { x, y, width, height, opacity: above });
    const corner = { x: across * (width - size.width), y: down * (height - size.height) };
    linked(addSvg(part, "image", { ...corner, ...size, preserveAspectRatio: "none" }), sheet, style);
  }

  addPicture(source, style, box, opacity) {
    linked(addSvg(this.svg, "image", { ...this.place(box), preserveAspectRatio: "none", opacity }), source, style);
  }

  /** The text of a field, in its middle where its letters are there. */
  addValue(input, style, box, opacity) {
    if (!input.value) return;
    const centered = style.textAlign === "center";
    const inset = parseFloat(style.borderLeftWidth) + parseFloat(style.paddingLeft);
    const { up, down } = this.letters(style);
    const { x, y, width, height } = this.place(box);
    const middle = y + height / 2 + (up - down) / 2;
    const place = { x: centered ? x + width / 2 : x + inset, y: middle, "text-anchor": centered ? "middle" : "start" };
    this.write(input.value, place, style, opacity);
  }

  /** Each of its lines. @type {(node: Text, style: CSSStyleDeclaration, opacity: number, clip: number) => void} */
  addText(node, style, opacity, clip) {
    /** @type {{ text: string, box: DOMRect, end: number }[]} */
    const lines = [];
    const range = document.createRange();
    let at = 0;
    for (const letter of node.data) {
      range.setStart(node, at);
      range.setEnd(node, (at += letter.length));
      const box = range.getBoundingClientRect();
      const isSpace = !letter.trim();
      // A space of the source that the page does not show has no width.
      if (!box.width || box.right > clip + 1) continue;
      const line = lines.at(-1);
      if (line && Math.abs(box.top - line.box.top) < box.height / 2) {
        line.text += isSpace ? " " : letter;
        if (!isSpace) line.end = box.right;
      } else if (!isSpace) lines.push({ text: letter, box, end: box.right });
    }
    for (const { text, box, end } of lines) {
      const { up, down } = this.letters(style);
      const whole = new DOMRect(box.left, box.top, end - box.left, box.height);
      const { x, y, width, height } = this.place(whole);
      this.write(text.trimEnd(), { x, y: y + (height * up) / (up + down), ...fitted(width) }, style, opacity);
    }
  }

  write(text, place, style, above) {
    const { colour, opacity } = this.plain(style.color);
    const line = style.textDecorationLine;
    const look = { fill: colour, opacity: above * opacity, ...(line === "none" ? {} : { "text-decoration": line }) };
    const letters = Object.fromEntries(LETTERS.map((name) => [name, style.getPropertyValue(name)]));
    addSvg(this.svg, "text", { ...place, ...look, ...letters }, text);
  }

  /** How far letters reach above and below their line. */
  letters(style) {
    this.pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = this.pen.measureText("");
    return { up, down };
  }

  /** @type {(original: SVGSVGElement, box: DOMRect, opacity: number) => void} */
  addDrawing(original, box, opacity) {
    const copy = /** @type {SVGElement} */ (original.cloneNode(true));
    const [from, to] = [original, copy].map((svg) => [svg, ...svg.querySelectorAll("*")]);
    from.forEach((element, index) => this.copyLook(/** @type {SVGElement} */ (element), to[index]));
    for (const [name, value] of Object.entries(this.place(box))) copy.setAttribute(name, String(value));
    copy.setAttribute("opacity", String(opacity));
    this.svg.append(copy);
  }

  /** @type {(original: SVGElement, copy: Element) => void} */
  copyLook(original, copy) {
    const style = getComputedStyle(original);
    if (style.display === "none" || style.visibility === "hidden") return copy.remove();
    const isText = original instanceof SVGTextContentElement;
    for (const name of [...STYLES, ...(isText ? [...LETTERS, "text-anchor", "dominant-baseline"] : [])])
      copy.setAttribute(name, style.getPropertyValue(name));
    for (const name of COLOURS) {
      const value = style.getPropertyValue(name);
      if (value === "none" || value.startsWith("url")) copy.setAttribute(name, value);
      else {
        const { colour, opacity } = this.plain(value);
        copy.setAttribute(name, colour);
        const own = Number(style.getPropertyValue(`${name}-opacity`));
        copy.setAttribute(`${name}-opacity`, String(opacity * own));
      }
    }
    // A line that keeps its width at every size of the drawing has, in the drawing's units, another one.
    const unit = style.vectorEffect === "non-scaling-stroke" ? sizeOfUnit(original) : 1;
    const inUnits = (text) => text.replace(/[\d.]+/g, (number) => String(Number(number) / unit));
    copy.setAttribute("stroke-width", inUnits(style.strokeWidth));
    copy.setAttribute("stroke-dasharray", inUnits(style.strokeDasharray));
    if (isText && !original.children.length && original.textContent) {
      const place = fitted(original.getComputedTextLength());
      for (const [name, value] of Object.entries(place)) copy.setAttribute(name, String(value));
    }
    if (original instanceof SVGImageElement) {
      copy.removeAttribute("href");
      linked(copy, original.href.baseVal, style);
    }
    for (const { name } of [...copy.attributes])
      if (/^(class|style|role|tabindex|aria-.*)$/.test(name)) copy.removeAttribute(name);
  }
}

/** Letters of another font take the same room. @type {(width: number) => Record<string, any>} */
const fitted = (width) => ({ textLength: width, lengthAdjust: "spacingAndGlyphs" });

/** Pixels of the page that a unit of a drawing is long. @type {(element: SVGElement) => number} */
function sizeOfUnit(element) {
  const matrix = element instanceof SVGGraphicsElement && element.getScreenCTM();
  return matrix ? Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c)) : 1;
}

/** Give a picture its source, by the only name that older programs know. */
function linked(image, source, style) {
  image.setAttributeNS(XLINK, "xlink:href", source);
  image.setAttribute("image-rendering", style.imageRendering);
}
