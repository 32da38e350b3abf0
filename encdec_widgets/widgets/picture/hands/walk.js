/* The boxes for the keyboard and for screen readers: a list that has the focus, one of whose options is the active one. */

const HELP =
  "Left and right arrow keys follow the flow of data; up and down follow a skip connection, or go to the next row. " +
  "Enter opens a block, Delete removes it, C opens what the checks found of it. Plus and minus zoom, 0 fits all, D downloads, P presents, Escape leaves.";
const SIGN_PX = 40; // at least, from the left edge of the box: the name below it may be wider than the box
let lists = 0; // made on this page, for names of their own

function walker(model, { choose, remove, pin, open, reveal, placed }) {
  const id = `encdec-boxes-${++lists}`;
  const list = element("div", "encdec-boxes", { id, role: "listbox", tabindex: 0 });
  list.setAttribute("aria-multiselectable", "true");
  const ring = element("div", "encdec-ring", { "aria-hidden": "true" });
  const signs = element("div", "encdec-signs");
  let active = 0;
  let byKeys = false; // a pointer needs no ring

  const stops = () => model.get("stops");

  function draw() {
    list.setAttribute("aria-label", model.get("what"));
    list.setAttribute("aria-description", model.get("help") || HELP);
    const before = list.children[active]?.dataset.name;
    const options = stops().map((stop, i) => {
      const option = list.children[i] ?? element("div", "", { role: "option", id: `${id}-${i}` });
      option.dataset.name = stop.name;
      if (option.textContent !== stop.words) option.textContent = stop.words;
      return option;
    });
    if (options.length !== list.children.length) list.replaceChildren(...options);
    drawSigns();
    list.hidden = !options.length; // a list without options has no meaning
    const same = stops().findIndex((stop) => stop.name === before);
    active = same >= 0 ? same : Math.min(active, Math.max(options.length - 1, 0));
    drawSelection();
    drawActive();
  }

  /* On each name that has a sign, what opens the remarks. It has no place of its own in the order of Tab: C does the same. */
  function drawSigns() {
    const flagged = stops().filter((stop) => stop.flagged);
    signs.replaceChildren(
      ...flagged.map((stop) => {
        const sign = element("button", "encdec-sign", { type: "button", tabindex: -1, title: "What the checks found here" });
        sign.setAttribute("aria-label", `Checks: ${stop.words}`);
        sign.addEventListener("click", open);
        return sign;
      })
    );
    placeSigns();
  }

  function placeSigns() {
    const flagged = stops().filter((stop) => stop.flagged);
    flagged.forEach((stop, i) => {
      const rect = placed(stop.rect);
      if (rect) signs.children[i].style.transform = `translate(${rect.x}px, ${rect.y + rect.height}px)`;
      if (rect) signs.children[i].style.width = `${Math.max(rect.width, SIGN_PX)}px`;
    });
  }

  function drawSelection() {
    const selected = new Set(model.get("selected"));
    stops().forEach((stop, i) => list.children[i]?.setAttribute("aria-selected", String(selected.has(stop.name))));
  }

  function drawActive() {
    if (stops().length) list.setAttribute("aria-activedescendant", `${id}-${active}`);
    else list.removeAttribute("aria-activedescendant");
    place();
  }

  function place() {
    placeSigns();
    const stop = stops()[active];
    const rect = stop && byKeys && document.activeElement === list ? placed(stop.rect) : null;
    ring.hidden = !rect;
    if (!rect) return;
    ring.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
    ring.style.width = `${rect.width}px`;
    ring.style.height = `${rect.height}px`;
  }

  function go(number) {
    if (number < 0 || number >= stops().length) return;
    active = number;
    reveal(stops()[active].rect);
    drawActive();
  }

  const keys = {
    ArrowLeft: () => go(active - 1),
    ArrowRight: () => go(active + 1),
    ArrowUp: () => go(stops()[active]?.up ?? -1),
    ArrowDown: () => go(stops()[active]?.down ?? -1),
    Home: () => go(0),
    End: () => go(stops().length - 1),
    Enter: () => stops()[active] && choose(stops()[active].name),
    " ": () => stops()[active] && choose(stops()[active].name),
    c: () => stops()[active]?.flagged && open(),
    i: () => model.get("can_be_pinned") && stops()[active] && pin([stops()[active].name]),
    Delete: () => stops()[active] && remove(stops()[active].name),
    Backspace: () => stops()[active] && remove(stops()[active].name),
  };

  list.addEventListener("keydown", (event) => {
    const act = !(event.ctrlKey || event.metaKey || event.altKey) && keys[event.key];
    if (!act) return;
    event.preventDefault();
    byKeys = true;
    act();
    place();
  });
  list.addEventListener("focus", () => {
    byKeys = list.matches(":focus-visible");
    const chosen = stops().findIndex((stop) => model.get("selected").includes(stop.name));
    if (byKeys && chosen >= 0 && !model.get("selected").includes(stops()[active]?.name)) go(chosen);
    drawActive();
  });
  list.addEventListener("blur", place);

  /* A box that the pointer has chosen is where the keyboard goes on. */
  function pointed(name) {
    const number = stops().findIndex((stop) => stop.name === name);
    if (number >= 0) active = number;
    byKeys = false;
    drawActive();
  }

  return { list, ring, signs, draw, drawSelection, place, pointed };
}
