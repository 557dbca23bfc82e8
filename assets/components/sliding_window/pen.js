// Drawing on a canvas, in cells of a map.
import { inkOn, rgbOf } from "../../lib/colours.js";
import { inDecimals } from "../../lib/numbers.js";

export function penOf(plane, layer) {
  const pen = plane.querySelectorAll("canvas")[layer].getContext("2d");
  pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  return pen;
}

export function clear(pen) {
  pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
}

export function write(pen, value, scale, row, column, cell) {
  pen.font = `13px ${getComputedStyle(pen.canvas).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = inkOn(rgbOf(value, scale));
  pen.fillText(inDecimals(value, 2), (column + 0.5) * cell, (row + 0.5) * cell);
}

// Where a pixel was added around or between the real ones.
export function hatch(pen, x, y, cell) {
  pen.strokeStyle = "rgb(128 128 128)";
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, y + cell);
  pen.lineTo(x + cell, y);
  pen.stroke();
}

// A bright line with dark rims, seen on any picture.
export function outline(pen, x, y, width, height, dashes = []) {
  for (const [lineWidth, colour, dash] of [
    [4, "#000", []],
    [2, "#ffb000", dashes],
  ]) {
    pen.lineWidth = lineWidth;
    pen.strokeStyle = colour;
    pen.setLineDash(dash);
    pen.strokeRect(x, y, width, height);
  }
  pen.setLineDash([]);
}

export function dot(pen, x, y, cell, radius) {
  pen.beginPath();
  pen.arc(x + cell / 2, y + cell / 2, Math.max(radius, 1.5), 0, 2 * Math.PI);
  pen.fillStyle = "#fff";
  pen.strokeStyle = "#000";
  pen.lineWidth = 1;
  pen.fill();
  pen.stroke();
}
