// Values as colours, and the bar that says which are which.

const parse = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

const css = (rgb) => `rgb(${rgb.map(Math.round).join(" ")})`;

const fraction = (value, { low, high }) => Math.max(0, Math.min(1, (value - low) / (high - low)));

// The colour of a number, [red, green, blue], between the two nearest of the scale.
function rgbOf(value, scale) {
  scale.rgb ??= scale.colours.map(parse);
  const place = fraction(value, scale) * (scale.rgb.length - 1);
  const [below, above] = [scale.rgb[Math.floor(place)], scale.rgb[Math.ceil(place)]];
  return below.map((part, index) => part + (above[index] - part) * (place % 1));
}

const colourOf = (value, scale) => css(rgbOf(value, scale));

const mixed = (values, scale) => css(values.map((value) => 255 * fraction(value, scale)));

// Black or white, whichever has the higher contrast: at this luminance both have 4.6 : 1.
// Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
const inkOn = (rgb) => (luminance(rgb) > 0.179 ? "#000" : "#fff");

// The colour of a number behind its digits, which stay readable.
function tint(cell, value, scale) {
  tintRgb(cell, rgbOf(value, scale));
}

function tintRgb(cell, rgb) {
  cell.style.background = css(rgb);
  cell.style.color = inkOn(rgb);
}

function drawScale(holder, { low, high, colours, label }) {
  const bar = make("i");
  bar.style.background = `linear-gradient(to right, ${colours.join(", ")})`;
  holder.replaceChildren(make("span", shown(low, 2)), bar, make("span", shown(high, 2)), make("span", label));
}

// ---- Pens: drawing on the canvases of a plane, in screen pixels
