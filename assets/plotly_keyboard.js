// Plotly makes its play button and its step slider for mouse and finger; this lets the keyboard and screen readers in.
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5, Home: -Infinity, End: Infinity };
// Pixels that the slider's first and last step lie inside its rail (Plotly's `stepInset`).
const INSET = 10;

function openButton(button) {
  if (button.hasAttribute("tabindex")) return;
  const words = button.textContent.replace(/[^\p{L}\p{N} ]/gu, "").trim();
  button.setAttribute("tabindex", "0");
  button.setAttribute("role", "button");
  button.setAttribute("aria-label", words);
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const chart = button.closest(".js-plotly-plot");
    button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    // Plotly may have drawn the button anew.
    requestAnimationFrame(() => chart.querySelector(`.updatemenu-button[aria-label="${words}"]`)?.focus());
  });
}

function openSlider(slider) {
  const chart = slider.closest(".js-plotly-plot");
  const { steps, active, currentvalue } = chart.layout.sliders[0];
  const words = `${currentvalue.prefix}${steps[active ?? 0].label}`;
  // Written only where it changes, since writing calls the observer again.
  if (slider.getAttribute("aria-valuetext") !== words) {
    slider.setAttribute("aria-valuetext", words);
    slider.setAttribute("aria-valuenow", String(active ?? 0));
  }
  if (slider.hasAttribute("tabindex")) return;
  slider.setAttribute("tabindex", "0");
  slider.setAttribute("role", "slider");
  slider.setAttribute("aria-label", "Step of the race");
  slider.setAttribute("aria-valuemin", "0");
  slider.setAttribute("aria-valuemax", String(steps.length - 1));
  slider.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    const last = steps.length - 1;
    const to = Math.min(Math.max((chart.layout.sliders[0].active ?? 0) + KEYS[event.key], 0), last);
    const rail = slider.querySelector(".slider-rail-touch-rect").getBoundingClientRect();
    const place = {
      bubbles: true,
      clientX: rail.left + INSET + (to / last) * (rail.width - 2 * INSET),
      clientY: rail.top + rail.height / 2,
    };
    slider.querySelector(".slider-rail-touch-rect").dispatchEvent(new MouseEvent("mousedown", place));
    chart.dispatchEvent(new MouseEvent("mouseup", place));
  });
}

// A click that interrupts the race rejects Plotly's promise with nothing, which nobody waits for.
function ignoreInterruption(event) {
  if (event.reason === undefined) event.preventDefault();
}

export default function () {
  const main = document.querySelector('[data-testid="stMain"]');
  if (!main) return;
  const openAll = () => {
    main.querySelectorAll(".js-plotly-plot .updatemenu-button").forEach(openButton);
    main.querySelectorAll(".js-plotly-plot .slider-group").forEach(openSlider);
  };
  const observer = new MutationObserver(openAll);
  observer.observe(main, { childList: true, subtree: true, characterData: true });
  openAll();
  window.addEventListener("unhandledrejection", ignoreInterruption);
  return () => {
    observer.disconnect();
    window.removeEventListener("unhandledrejection", ignoreInterruption);
  };
}
