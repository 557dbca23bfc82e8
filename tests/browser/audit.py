"""What is wrong with how a page looks, as far as a program can see it."""

from playwright.sync_api import Page

_FAULTS = r"""
() => {
  const faults = [];
  const told = (element) => {
    const keyed = element.closest('[class*="st-key-"]');
    return keyed ? [...keyed.classList].find((name) => name.startsWith('st-key-')).slice(7) : element.className;
  };
  const visible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const turned = (element) => /rotate\((?!0[,)])/.test(element.getAttribute('transform') ?? '');
  const inside = (rect, around) =>
    rect.left >= around.left - 1 && rect.right <= around.right + 1 && rect.top >= around.top - 1
    && rect.bottom <= around.bottom + 1;
  for (const chart of document.querySelectorAll('.js-plotly-plot')) {
    if (!visible(chart)) continue;
    const name = told(chart);
    const paper = chart.querySelector('.main-svg').getBoundingClientRect();
    const ticks = [...chart.querySelectorAll('.xaxislayer-above text, .yaxislayer-above text')]
      .filter((text) => text.textContent && visible(text) && text.parentElement.getAttribute('class').includes('tick'));
    const rects = ticks.map((text) => text.getBoundingClientRect());
    ticks.forEach((text, index) => {
      if (!inside(rects[index], paper)) faults.push(`${name}: the tick “${text.textContent}” is cut`);
      if (turned(text)) return;
      for (let other = 0; other < index; other++) {
        const [a, b] = [rects[index], rects[other]];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        // A letter's box is higher than the letter by about 3 px above and below.
        if (!turned(ticks[other]) && across > -1 && down > 3)
          faults.push(`${name}: the ticks “${text.textContent}” and “${ticks[other].textContent}” collide`);
      }
    });
    for (const title of chart.querySelectorAll('.infolayer [class^="g-x"] text, .infolayer [class^="g-y"] text')) {
      const [a, hit] = [title.getBoundingClientRect(), (b) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3];
      const under = visible(title) ? ticks.find((text, index) => !turned(text) && hit(rects[index])) : undefined;
      if (under) faults.push(`${name}: the title “${title.textContent}” lies on the tick “${under.textContent}”`);
    }
    for (const text of chart.querySelectorAll('.annotation-text, .gtitle, .xtitle, .ytitle, .legendtext'))
      if (visible(text) && !inside(text.getBoundingClientRect(), paper))
        faults.push(`${name}: “${text.textContent}” is cut`);
    for (const [id, axis] of Object.entries(chart.layout)) {
      const [, letter, number] = /^([xy])axis(\d*)$/.exec(id) ?? [];
      if (!letter || axis.visible === false || axis.showticklabels === false || !axis.tickvals) continue;
      const full = chart._fullLayout[id];
      const [low, high] = [...full.range].map(Number).sort((a, b) => a - b);
      const place = (value) => (full.type === 'log' ? Math.log10(value) : Number(value));
      const wanted = [...axis.tickvals].filter((value) => place(value) >= low && place(value) <= high).length;
      const shown = [...chart.querySelectorAll(`.${letter}${number}tick > text`)].filter(visible).length;
      if (shown < wanted) faults.push(`${name}: ${shown} of ${wanted} labels of ${id} are shown`);
    }
    for (const trace of chart._fullData) {
      if (trace.type !== 'scatter' || trace.cliponaxis === false || !trace.visible) continue;
      const plot = chart.querySelector(`.subplot.${trace.xaxis}${trace.yaxis}`);
      const drag = chart.querySelector(`.draglayer .${trace.xaxis}${trace.yaxis} .nsewdrag`);
      if (!drag) continue;
      const edge = drag.getBoundingClientRect();
      for (const point of plot?.querySelectorAll(`.scatterlayer .trace${trace.uid} .point`) ?? []) {
        const rect = point.getBoundingClientRect();
        if (rect.width && visible(point) && !inside(rect, edge)) {
          faults.push(`${name}: a mark of “${trace.name}” is cut by the axis`);
          break;
        }
      }
    }
  }
  const roots = [document];
  for (const root of roots)
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) roots.push(element.shadowRoot);
      if (element.closest('[data-testid="stSidebar"]')) continue; // Streamlit's own
      const style = getComputedStyle(element);
      for (const [way, more] of [
        [style.overflowX, element.scrollWidth - element.clientWidth],
        [style.overflowY, element.scrollHeight - element.clientHeight],
      ])
        if (/auto|scroll/.test(way) && more > 0 && more < 12 && element.tagName !== 'TEXTAREA' && visible(element))
          faults.push(`${told(element)}: ${element.dataset.testid ?? element.className} scrolls by ${more} px`);
    }
  const main = document.querySelector('[data-testid="stMain"]');
  const more = main.scrollWidth - main.clientWidth;
  if (more > 0) faults.push(`the page is ${more} px too wide`);
  return [...new Set(faults)];
}
"""


def faults(page: Page) -> list[str]:
    """One line for each: labels that are cut, missing or collide, marks cut by an axis, scroll bars for nothing."""
    found: list[str] = page.evaluate(_FAULTS)
    return found
