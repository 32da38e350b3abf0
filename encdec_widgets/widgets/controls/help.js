/* Help where it is needed: under the row of a field, while it has the focus or the pointer. It stands in the page's top layer, so
   that no row moves and no column cuts it off; and is a part of its row, so that the Tab key goes from a control to terms in it. ipywidgets writes the help of a field into the title of
   its small label, which no keyboard reaches; from there it is taken when it is asked for. */
const HOVER_MS = 400; // a pointer on its way to elsewhere asks for nothing
const ROW = ".encdec-row";
const PROBLEM = ".encdec-error";
const DEFINITION = ".encdec-term-card:popover-open";

function taken(label) {
  if (label.title) {
    label.dataset.help = label.title;
    label.removeAttribute("title"); // or the browser shows it a second time
  }
  return label.dataset.help ?? "";
}

/* The help of a row. Boxes to tick have no help of their own in the page: it is told by their label. */
function helpOf(part, flags) {
  const box = part.querySelector(".encdec-flag > .widget-label-basic");
  if (box) {
    for (const titled of [box, ...box.querySelectorAll("[title]")]) titled.removeAttribute("title");
    return flags[box.textContent.trim()] ?? "";
  }
  // A line of text under the inputs has a label too, which is empty, and "null" as its title.
  return [...part.querySelectorAll(":scope > .jupyter-widgets:not(.widget-html) > label")].map(taken).at(-1) ?? "";
}

/* Whether a row is still on screen where it stands: nothing has scrolled it away. */
function inSight(part) {
  const { left, top, width, height } = part.getBoundingClientRect();
  return part.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}

function place(help, part) {
  const around = part.getBoundingClientRect();
  const width = Math.max(around.width, 240);
  help.style.width = `${width}px`;
  help.style.left = `${Math.max(4, Math.min(around.left, innerWidth - width - 4))}px`;
  const below = around.bottom + 4;
  const fits = below + help.offsetHeight <= innerHeight;
  help.style.top = `${fits ? below : Math.max(4, around.top - 4 - help.offsetHeight)}px`;
}

/* Shows help in a designer; gives what ends it. */
function explain(model, root) {
  const help = document.createElement("div");
  help.className = "encdec-help";
  help.id = `encdec-help-${Math.random().toString(36).slice(2)}`; // a designer may be on screen twice
  help.setAttribute("role", "tooltip");
  help.setAttribute("popover", "manual");
  let shown = null;
  let timer;
  const hide = () => {
    clearTimeout(timer);
    shown = null;
    const control = help.contains(document.activeElement) && help.parentElement.querySelector("input:enabled, select:enabled");
    if (help.matches(":popover-open")) help.hidePopover();
    control?.focus?.({ preventScroll: true }); // the keyboard was at a term in it
  };
  const show = (part) => {
    clearTimeout(timer);
    if (!part?.isConnected || document.querySelector(DEFINITION)) return hide(); // it would lie over it
    // What is not possible there stands where the help would lie.
    const text = part.querySelector(PROBLEM) ? "" : helpOf(part, model.get("flags"));
    if (!text) return hide();
    shown = part;
    if (help.parentElement !== part) part.append(help);
    if (help.dataset.text !== text) help.textContent = help.dataset.text = text; // else terms in it stay marked
    if (!help.matches(":popover-open")) help.showPopover();
    place(help, part);
  };
  // A page scrolls and gets another size while it is laid out, too: help goes where its row goes, and away with it.
  const moved = () => shown && (inSight(shown) ? place(help, shown) : hide());
  const asked = (target) => (target instanceof Element ? target.closest(ROW) : null);
  const focused = (event) => {
    if (help.contains(event.target)) return; // a term in it
    const part = asked(event.target);
    if (!part) return hide();
    show(part);
    describe(event.target, part, help);
  };
  const left = () => setTimeout(() => root.contains(document.activeElement) || hide());
  const over = (event) => {
    if (help.contains(event.target)) return clearTimeout(timer);
    const part = asked(event.target);
    clearTimeout(timer);
    if (part === shown) return;
    // A control that has the focus from a press of the pointer is left with it: only the keyboard is still there.
    const byKeys = () => asked(root.querySelector(":focus-visible"));
    timer = setTimeout(() => show(part ?? byKeys()), HOVER_MS);
  };
  const away = (event) => {
    if (root.contains(event.relatedTarget)) return;
    clearTimeout(timer);
    hide();
  };
  const pressed = (event) => event.key === "Escape" && hide();
  const listeners = [
    [root, "focusin", focused],
    [root, "focusout", left],
    [root, "pointerover", over],
    [root, "pointerout", away],
    [root, "keydown", pressed],
    [window, "scroll", moved],
    [window, "resize", moved],
  ];
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener, true);
  if (root.contains(document.activeElement)) focused({ target: document.activeElement }); // on a busy page the keyboard is there first
  const end = () => {
    clearTimeout(timer);
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener, true);
    help.remove();
  };
  return { hide, end };
}

/* What a screen reader tells of a control after its name: its help, and what is not possible there. */
function describe(control, part, help) {
  const problem = part.querySelector(PROBLEM);
  if (problem) problem.id ||= `${help.id}-problem`;
  control.setAttribute("aria-describedby", [help.id, problem?.id].filter(Boolean).join(" "));
  control.toggleAttribute("aria-invalid", false);
  if (part.classList.contains("encdec-bad")) control.setAttribute("aria-invalid", "true");
}

/* What is not possible is never off screen, nor under its help: it scrolls into view when it comes, for whoever works here. */
function showProblems(root, hideHelp) {
  const come = (node) => {
    const problem = node.matches?.(PROBLEM) ? node : node.querySelector?.(PROBLEM);
    if (!problem || !root.contains(document.activeElement)) return;
    hideHelp();
    requestAnimationFrame(() => (problem.closest(".encdec-problems") ?? problem).scrollIntoView({ block: "nearest" }));
  };
  const changes = new MutationObserver((records) => records.forEach((record) => record.addedNodes.forEach(come)));
  changes.observe(root, { childList: true, subtree: true });
  return () => changes.disconnect();
}

function render({ model, el }) {
  let frame;
  let ends = [];
  const begin = () => {
    const root = el.closest(".encdec");
    if (!root) {
      frame = requestAnimationFrame(begin); // not on the page yet
      return;
    }
    const { hide, end } = explain(model, root);
    ends = [end, showProblems(root, hide)];
  };
  begin();
  return () => {
    cancelAnimationFrame(frame);
    for (const end of ends) end();
  };
}

export default { render };
