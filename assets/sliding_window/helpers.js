// Small things that the other parts share.

// ---- Helpers ----------------------------------------------------------------------------------------------------

function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

const strong = (value, className = "") => make("strong", shown(value), className);

const torchs = (value) => [" · torch’s output here: ", strong(value, "torch")];

const clamp = (index, count) => Math.max(0, Math.min(count - 1, index));

const total = (values) => values.reduce((sum, value) => sum + value, 0);

// At most so many decimals, no trailing zeros, a real minus sign.
function shown(value, decimals = 4) {
  const rounded = Number(value.toFixed(decimals));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

// The step of an arrow key, [down, right]; the page then does not scroll.
function arrow(event) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (step) event.preventDefault();
  return step;
}

// The pixels of a line, so that a fast mouse leaves no gaps.
function between([row, column], [toRow, toColumn]) {
  const steps = Math.max(Math.abs(toRow - row), Math.abs(toColumn - column), 1);
  return Array.from({ length: steps + 1 }, (_, step) => [
    Math.round(row + ((toRow - row) * step) / steps),
    Math.round(column + ((toColumn - column) * step) / steps),
  ]);
}

function firstReal(real) {
  const row = real.findIndex((line) => line.some(Boolean));
  return [row, real[row].findIndex(Boolean)];
}

// Screen pixels for one number so that `count` maps fit into width x height, in as many columns as that needs.
function cellFor(count, rows, columns, width, height) {
  let best = 0;
  for (let across = 1; across <= count; across++) {
    const down = Math.ceil(count / across);
    const labels = count > 1 ? LABEL_HEIGHT : 0;
    const cell = Math.min(
      (width - GAP * (across - 1)) / (across * columns),
      (height - (GAP + labels) * down) / (down * rows),
    );
    best = Math.max(best, cell);
  }
  return Math.max(1, Math.floor(Math.min(best, 36)));
}

// ---- Colours
