/* Tabs as screen readers know them: one of a row is in the way of the Tab key, arrow keys walk to the others and choose them.
   In a narrow designer two sets of pages share one place; the set whose tab was used last is in front, and only its tab
   counts as chosen. Each page keeps the place that it was scrolled to, though one box scrolls all of them. */

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

function render({ model, el }) {
  const id = `encdec-tab-${Math.random().toString(36).slice(2)}`; // anywidget gives each row of tabs a module of its own
  const names = model.get("names");
  const tooltips = model.get("tooltips");
  el.classList.add("encdec-tablist");
  el.setAttribute("role", "tablist");
  el.setAttribute("aria-label", model.get("label"));
  const tabs = names.map((name, index) => {
    const tab = el.appendChild(document.createElement("button"));
    tab.type = "button";
    tab.id = `${id}-${index}`;
    tab.className = "encdec-tab";
    tab.setAttribute("role", "tab");
    tab.textContent = name;
    tab.title = tooltips[index] ?? "";
    tab.addEventListener("click", () => choose(index));
    return tab;
  });

  const box = () => el.closest(".encdec-tabs");
  const boxOfPages = () => box()?.querySelector(":scope > .encdec-panels");
  const root = () => el.closest(".encdec");

  function comeInFront() {
    for (const other of root()?.querySelectorAll(".encdec-tabs") ?? []) {
      other.classList.toggle("encdec-front", other === box());
    }
    root()?.dispatchEvent(new Event("encdec-front"));
  }

  function choose(index) {
    comeInFront();
    if (model.get("chosen") !== names[index]) {
      model.set("chosen", names[index]);
      model.save_changes();
    }
    draw();
  }

  const places = new Map(); // of pages, how far each was scrolled
  let shown = null;
  const swaps = new MutationObserver(keepPlace); // the kernel shows the page that was chosen, and hides the one before

  function keepPlace() {
    const panels = boxOfPages();
    const page = [...(panels?.children ?? [])].find((one) => one.matches(".encdec-page") && one.style.display !== "none");
    if (page && page !== shown) {
      shown = page;
      panels.scrollTop = places.get(page) ?? 0;
    }
  }

  function notePlace({ target }) {
    if (shown) places.set(shown, target.scrollTop);
  }

  function draw() {
    const panels = boxOfPages();
    const seen = !panels || getComputedStyle(panels).display !== "none";
    const pages = panels?.querySelectorAll(":scope > .encdec-page") ?? [];
    tabs.forEach((tab, index) => {
      const chosen = names[index] === model.get("chosen");
      tab.setAttribute("aria-selected", String(chosen && seen));
      tab.tabIndex = chosen ? 0 : -1;
      const panel = pages[index];
      if (!panel) return;
      swaps.observe(panel, { attributeFilter: ["style"] });
      panel.id = `${tab.id}-page`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      if (chosen) tab.setAttribute("aria-controls", panel.id);
      else tab.removeAttribute("aria-controls");
    });
    keepPlace();
  }

  function walk(event) {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const at = tabs.indexOf(event.target);
    const next = Number.isFinite(step) ? (at + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
    tabs[next].focus();
    choose(next);
  }

  let frame;
  let end = () => {};
  const begin = () => {
    const panels = boxOfPages();
    if (!root() || !panels) {
      frame = requestAnimationFrame(begin); // not on the page yet
      return;
    }
    const designer = root();
    const sizes = new ResizeObserver(draw);
    sizes.observe(designer);
    const pages = new MutationObserver(draw); // each page comes by itself, on a busy machine after its tab
    pages.observe(panels, { childList: true });
    panels.addEventListener("scroll", notePlace);
    designer.addEventListener("encdec-front", draw);
    end = () => {
      sizes.disconnect();
      pages.disconnect();
      swaps.disconnect();
      panels.removeEventListener("scroll", notePlace);
      designer.removeEventListener("encdec-front", draw);
    };
    draw();
  };
  el.addEventListener("keydown", walk);
  model.on("change:chosen", draw);
  model.on("change:asked", comeInFront);
  draw();
  begin();
  return () => {
    cancelAnimationFrame(frame);
    end();
    model.off("change:chosen", draw);
    model.off("change:asked", comeInFront);
  };
}

export default { render };
