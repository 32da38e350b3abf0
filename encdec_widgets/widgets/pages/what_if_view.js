/* The charts of what-if. They are one control with a value, as a slider is: the arrow keys or the pointer go from point to
   point, what is there is read below, and Enter or a click sets the field to it. */
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

function made(name, className, parent) {
  const element = document.createElement(name);
  element.className = className;
  parent.append(element);
  return element;
}

function render({ model, el }) {
  el.classList.add("encdec-what-if-view");
  const plot = made("div", "encdec-what-if-plot", el);
  const reading = made("div", "encdec-what-if-reading", el);
  const rest = made("div", "", el);
  const cursor = document.createElement("div");
  cursor.className = "encdec-what-if-cursor";
  plot.tabIndex = 0;
  plot.setAttribute("role", "slider");
  plot.setAttribute("aria-label", "what if: values of the field; Enter sets the one that is read");
  let at = null; // the value that is looked at; null for the present one

  function draw() {
    const holder = document.createElement("div");
    holder.innerHTML = model.get("value");
    const svg = holder.querySelector(":scope > svg");
    plot.replaceChildren(...(svg ? [svg, cursor] : []));
    rest.replaceChildren(...holder.childNodes);
    point(at);
  }

  function point(index) {
    const [readings, places] = [model.get("readings"), model.get("places")];
    at = index === null || index >= readings.length ? null : index;
    const shown = at ?? model.get("current");
    const svg = plot.querySelector("svg");
    cursor.hidden = at === null || !svg;
    if (svg) cursor.style.left = `${(places[shown] * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width}px`;
    const more = at === null || at === model.get("current") ? "" : " Click, or Enter, sets it.";
    reading.textContent = readings.length ? `${readings[shown]}.${more}` : "";
    plot.setAttribute("aria-valuemin", 0);
    plot.setAttribute("aria-valuemax", Math.max(readings.length - 1, 0));
    plot.setAttribute("aria-valuenow", shown);
    plot.setAttribute("aria-valuetext", readings[shown] ?? "");
  }

  /* The value whose points are nearest to the pointer. */
  function nearest(event) {
    const svg = plot.querySelector("svg");
    if (!svg) return null;
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) * svg.viewBox.baseVal.width) / box.width;
    const away = model.get("places").map((place) => Math.abs(place - x));
    return away.indexOf(Math.min(...away));
  }

  function choose() {
    if (at === null || at === model.get("current")) return;
    model.set("chosen", [model.get("chosen")[0] + 1, at]);
    model.save_changes();
    point(null);
  }

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = model.get("readings").length - 1;
    const ends = { Home: 0, End: last };
    if (event.key === "Enter") choose();
    else if (event.key === "Escape") point(null);
    else if (event.key in ends) point(ends[event.key]);
    else if (event.key in STEPS) point(Math.min(Math.max((at ?? model.get("current")) + STEPS[event.key], 0), last));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  plot.addEventListener("pointermove", (event) => point(nearest(event)));
  plot.addEventListener("pointerleave", () => point(null));
  plot.addEventListener("click", (event) => {
    point(nearest(event));
    choose();
  });
  plot.addEventListener("keydown", pressed);
  plot.addEventListener("blur", () => point(null));
  model.on("change", draw); // once for all that one message brings
  draw();
  return () => model.off("change", draw);
}

export default { render };
