// One number explained: where it is, the formula with its numbers, and the numbers that it was computed from, each a click away.
// `pixel_data` in visualizer/ui/look/pixel_data.py says what arrives. Every number was computed by the server.
import { showScale } from "../../lib/colours.js";
import { arrowStep, make, makeButton, makeRow, pixelUnder } from "../../lib/dom.js";

const views = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".pixel");
  const find = (selector) => root.querySelector(selector);
  const go = (asked) => {
    root.classList.add("waiting");
    setTriggerValue("go", asked);
  };
  const last = views.get(parentElement);
  const held = root.contains(root.getRootNode().activeElement);
  root.classList.remove("waiting");
  root.dataset.spot = data.spot.join(" ");

  find(".trail").replaceChildren(...data.trail.map((part, index) => crumb(part, index, data.trail.length, go)));
  const here = data.trail.at(-1);
  find(".value").replaceChildren(`${here.layer}: ${here.place} = `, make("strong", data.value));
  find(".sentence").textContent = data.sentence;
  find(".panels").replaceChildren(...data.panels.map((panel) => drawPanel(panel, go)));
  find(".lines").replaceChildren(...data.lines.map(drawLine));
  drawMadeOf(find, data, go);
  find(".softmax").hidden = !data.shares.length;
  find(".softmax .heading").textContent = data.sharesTitle;
  find(".shares").replaceChildren(...data.shares.map((share) => drawItem(share, null)));

  const spot = root.dataset.spot;
  // What had the focus is gone: it goes to where the new number stands.
  if (last && last !== spot && held) find(".value").focus({ preventScroll: true });
  if (last && last !== spot && data.chosen) {
    if (root.getBoundingClientRect().top < 0) root.scrollIntoView();
    else find(".panels").scrollIntoView({ block: "nearest" });
  }
  views.set(parentElement, spot);
}

function crumb({ layer, place }, index, count, go) {
  const item = make("li");
  const words = `${layer}, ${place}`;
  if (index === count - 1) {
    item.append(make("span", words));
    item.setAttribute("aria-current", "step");
  } else {
    item.append(makeButton(words, "control", () => go({ back: index })));
  }
  return item;
}

// ---- Pictures

function drawPanel({ title, note, source, size: [rows, columns], marks, scale, into, beside }, go) {
  const figure = make("figure");
  const caption = make("figcaption");
  caption.append(make("strong", title), make("span", ` ${note}`));
  const field = make("div", "", "field");
  field.style.aspectRatio = `${columns} / ${rows}`;
  if (rows > columns) field.style.width = `${(100 * columns) / rows}%`;
  const alt = `${title}, ${rows} × ${columns} pixels: ${note}`;
  field.append(Object.assign(make("img"), { src: source, alt }));
  for (const [top, left, height, width] of marks) {
    const mark = make("i", "", height * 24 < rows || width * 24 < columns ? "mark tiny" : "mark");
    const place = { top: top / rows, left: left / columns, height: height / rows, width: width / columns };
    for (const [side, share] of Object.entries(place)) mark.style[side] = `${100 * share}%`;
    field.append(mark);
  }
  const channel = into ?? beside;
  if (channel !== undefined) {
    field.classList.add("clickable");
    field.title = into === undefined ? "Click another number of this map" : "Click a number to open it";
    field.onclick = (event) =>
      go({ place: [channel, ...pixelUnder(event, field, rows, columns)], beside: into === undefined });
  }
  figure.append(caption, field);
  if (scale) showScale(figure.appendChild(make("div", "", "scale")), scale.low, scale.high, scale.colours);
  return figure;
}

// ---- The arithmetic

function drawLine([label, formula, result]) {
  const end = document.createDocumentFragment();
  end.append("= ", make("strong", result));
  return makeRow(label, formula, end);
}

function drawMadeOf(find, data, go) {
  const many = data.terms.length || data.items.length;
  find(".made-of").hidden = !many;
  find(".made-of .heading").textContent = heading(data);
  find(".terms").replaceChildren(...data.terms.map((term) => drawTerm(term, go)));
  find(".items").replaceChildren(
    ...data.items.map((item) =>
      drawItem(item, opens(item) && (() => go(item.place ? { place: item.place } : { source: item.source }))),
    ),
  );
  find(".rest").textContent = data.rest;
  find(".pages").hidden = data.pages === 1;
  find(".pages span").textContent = `${data.page + 1} of ${data.pages}`;
  const [previous, following] = [find(".previous"), find(".following")];
  previous.disabled = data.page === 0;
  following.disabled = data.page === data.pages - 1;
  previous.onclick = () => go({ page: data.page - 1 });
  following.onclick = () => go({ page: data.page + 1 });
}

const opens = ({ place, source }) => place !== undefined || source !== undefined;

function heading({ terms, items, pages }) {
  const order = pages > 1 ? " The largest come first." : "";
  const inner = terms.length ? !terms[0].grids[0].opens : items.length && !opens(items[0]);
  if (inner) return `The numbers inside the layer that it is computed from.${order}`;
  if (terms.length) return `The numbers that it is computed from.${order} Click one in the window to open it.`;
  const striped = items.some(({ share }) => share < 0) ? " A striped bar is negative." : "";
  return `The numbers that it is computed from.${order}${striped} Click one to open it.`;
}

function drawTerm({ name, grids, sum }, go) {
  const term = make("div", "", "term");
  term.append(make("b", name));
  grids.forEach((grid, index) => {
    if (index) term.append(make("span", ["×", "="][index - 1], "sign"));
    term.append(drawGrid(grid, name, go));
  });
  if (sum) {
    const total = make("span", "sum of the products ", "sum");
    total.append(make("strong", sum));
    term.append(total);
  }
  return term;
}

function drawGrid({ name, small, narrow, texts, colours, dark, places, opens, winner }, of, go) {
  const holder = make("div", "", "grid-holder");
  const grid = make("div", "", small ? "grid small" : narrow ? "grid narrow" : "grid");
  grid.style.gridTemplateColumns = `repeat(${texts[0].length}, auto)`;
  const cells = texts.map((line, row) =>
    line.map((text, column) => {
      const place = places?.[row][column];
      const cell = place && opens ? makeButton(text, "control", () => go({ place })) : make("span", text);
      const where = places && !place ? "padding" : place ? `row ${place[1] + 1}, column ${place[2] + 1}` : "";
      if (place && opens) cell.setAttribute("aria-label", `${of}, ${where}: ${text}. Open it`);
      if (where || small) cell.title = small ? `${where ? `${where}: ` : ""}${text}` : where;
      if (places && !place) cell.classList.add("added");
      if (winner?.[0] === row && winner[1] === column) cell.classList.add("winner");
      cell.style.background = colours[row][column];
      cell.style.color = dark[row][column] ? "#fff" : "#000";
      return cell;
    }),
  );
  grid.append(...cells.flat());
  walkWithArrows(grid, cells);
  holder.append(make("span", name, "grid-name"), grid);
  return holder;
}

// One stop of the Tab key for a whole grid; the arrow keys go from number to number.
function walkWithArrows(grid, cells) {
  const buttons = cells.flat().filter((cell) => cell.tagName === "BUTTON");
  buttons.forEach((cell, index) => (cell.tabIndex = index ? -1 : 0));
  grid.onkeydown = (event) => {
    const step = arrowStep(event);
    if (!step) return;
    const row = cells.findIndex((line) => line.includes(event.target));
    const column = cells[row].indexOf(event.target);
    const next = cells[row + step[0]]?.[column + step[1]];
    if (next?.tagName !== "BUTTON") return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}

function drawItem({ name, text, share, chosen }, open) {
  const row = make("div", "", chosen ? "item chosen" : "item");
  row.append(open ? makeButton(name, "control", open) : make("span", name, "name"));
  const bar = make("span", "", "bar");
  if (share) {
    const fill = make("i", "", share < 0 ? "below" : "above");
    fill.style.width = `${Math.abs(share) * 100}%`;
    bar.append(fill);
  }
  row.append(make("span", text, "text"), bar);
  return row;
}
