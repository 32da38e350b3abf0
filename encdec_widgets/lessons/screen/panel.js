/* The panel of a lesson. Where there is room it is a rail beside the designer; elsewhere a strip of one height, which stays in
   sight and opens over the designer, so that nothing on the page moves. The style sheet says which. */
const BEHIND = { asked: "Guess…", computing: "Answer", told: "Answer", failed: "Answer", goal: "Goal and hints", home: "Code" };
const WORDS = { done: "done", open: "open", closed: "closed" };

function render({ model, el }) {
  const id = `encdec-lesson-${Math.random().toString(36).slice(2)}`;
  el.setAttribute("role", "region");
  const head = make(el, "div", "encdec-lesson-head encdec-words"); // of the glossary
  const name = make(head, "p", "encdec-lesson-name");
  const title = make(head, "h2", "encdec-lesson-title");
  const question = make(head, "p", "encdec-lesson-question");
  const steps = make(el, "ol", "encdec-lesson-steps");
  steps.setAttribute("aria-label", "Steps of the lesson");
  const brief = make(el, "div", "encdec-lesson-brief");
  const briefReached = make(brief, "b", "encdec-lesson-reached"); // first: it is what has to be seen
  const briefly = make(brief, "span", "encdec-lesson-line");
  const chips = make(brief, "span", "encdec-lesson-chips");
  const moreChips = make(brief, "span", "encdec-lesson-more-chips");
  const toggle = make(el, "button", "encdec-lesson-button encdec-lesson-toggle");
  toggle.setAttribute("aria-controls", id);
  const body = make(el, "div", "encdec-lesson-body encdec-words");
  body.id = id;
  const scrolled = make(body, "div", "encdec-lesson-scrolled");
  const notice = make(scrolled, "p", "encdec-lesson-note");
  const why = make(scrolled, "p", "encdec-lesson-note");
  const place = make(scrolled, "div", "encdec-lesson-part");
  const foot = make(body, "div", "encdec-lesson-foot");
  const next = make(foot, "button", "encdec-lesson-button encdec-lesson-next");
  const closes = make(foot, "p", "encdec-lesson-closes", "A click beside it closes it.");

  let state = model.get("state");
  let atHome = false; // the end is no part: it is looked at here alone
  let opened = false;
  let asking = false; // what a person asked for here is still to come
  let drawn = null; // which part is drawn, and by which view
  let view = null;

  const say = (text) => el.dispatchEvent(new CustomEvent("encdec-say", { detail: text }));
  const here = () => (atHome ? state.parts.length : state.current);
  const part = () => state.parts[here()] ?? { kind: "home", ...state.home };
  const tell = (message) => {
    opened = asking = true; // what comes of it is to be seen
    model.send({ ...message, part: here() });
  };
  const isOpen = () => opened || (state.hidden && !atHome);

  function label(index) {
    const kind = state.parts[index]?.kind;
    return kind ? `${index + 1} ${kind === "guess" ? "Guess" : "Goal"}` : "Code";
  }

  function turn(index) {
    const closed = state.parts[index]?.closed;
    line(why, closed ?? "");
    if (closed) say(closed);
    opened = true;
    if (!closed) {
      atHome = index >= state.parts.length;
      if (!atHome) model.send({ do: "turn", part: index });
    }
    draw();
    comeIntoSight();
  }

  /* A card that ends below the window is brought up; the rail is not, which is as high as the designer. Where the strip stays in
     sight near the end of the lesson, the lesson's end would cut the card: the page moves by what is cut. */
  function comeIntoSight() {
    if (!opened || !brief.checkVisibility()) return;
    foot.scrollIntoView({ block: "nearest" });
    const lesson = el.closest(".encdec-lesson-frame");
    const [strip, all, card] = [el, lesson, body].map((part) => part.getBoundingClientRect());
    const cut = card.bottom - all.bottom;
    if (cut <= 0) return;
    lesson.style.scrollMarginTop = `${all.top + cut - strip.top}px`;
    lesson.scrollIntoView({ block: "start" });
    lesson.style.scrollMarginTop = "";
  }

  function drawSteps() {
    const count = state.parts.length + 1;
    while (steps.children.length > count) steps.lastChild.remove();
    while (steps.children.length < count) {
      const index = steps.children.length;
      make(make(steps, "li"), "button", "encdec-lesson-step").addEventListener("click", () => turn(index));
    }
    [...steps.children].forEach(({ firstChild: button }, index) => {
      const step = state.parts[index] ?? { state: state.home.done ? "done" : "open", closed: "" };
      button.dataset.state = step.state;
      const [number, kind = ""] = label(index).split(" ");
      if (!button.firstChild) for (const part of ["number", "kind", "done"]) make(button, "span", `encdec-lesson-step-${part}`);
      [number, kind && ` ${kind}`, step.state === "done" ? " ✓" : ""].forEach((text, at) => put(button.children[at], text));
      button.setAttribute("aria-label", `${label(index)}, ${WORDS[step.state]}`);
      button.title = step.closed;
      if (step.closed) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
      if (index === here()) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
  }

  /* What the strip says: of the part while it is closed, of the lesson while the part can be read below. */
  function drawBrief(now) {
    const open = isOpen();
    const text = open ? state.question : now.gap || (now.question ?? now.text ?? "Your code, to hand in");
    line(briefly, text);
    briefly.classList.toggle("encdec-lesson-question", open);
    each(chips, open ? [] : (now.figures ?? []), "span", "encdec-lesson-chip", chipParts, showChip);
    line(briefReached, !open && now.reached ? `✓ ${now.reached}` : "");
    fit();
  }

  function fit() {
    const now = part();
    fitChips(brief, chips, moreChips, isOpen() ? [] : (now.figures ?? []));
  }

  function drawNext(now) {
    const index = here() + 1;
    next.hidden = now.kind === "home" || now.stage === "asked";
    put(next, `Next: ${label(index)}`);
    const done = now.kind === "goal" ? now.reached : now.stage === "told";
    next.classList.toggle("encdec-lesson-primary", Boolean(done));
  }

  function draw() {
    const now = part();
    const wanted = `${here()} ${now.kind} ${now.question ?? now.text ?? ""}`;
    if (drawn !== wanted) {
      drawn = wanted;
      const had = body.contains(document.activeElement);
      place.replaceChildren();
      view = VIEWS[now.kind](place, now, tell, say);
      scrolled.scrollTop = 0;
      line(why, "");
      if (had) {
        place.tabIndex = -1;
        place.focus({ preventScroll: true });
      }
    }
    view.show(now);
    line(name, state.title ? state.name : "");
    line(title, state.title || state.name);
    line(question, state.question);
    line(notice, state.note);
    el.setAttribute("aria-label", `${state.name}${state.title ? `: ${state.title}` : ""}`);
    drawSteps();
    drawBrief(now);
    drawNext(now);
    el.toggleAttribute("data-open", isOpen());
    toggle.setAttribute("aria-expanded", String(isOpen()));
    put(toggle, isOpen() ? "Close" : (BEHIND[now.stage] ?? BEHIND[now.kind]));
    toggle.hidden = closes.hidden = state.hidden && !atHome; // there is nothing behind it yet
    foot.hidden = next.hidden && closes.hidden;
  }

  function close(back) {
    if (!opened) return;
    opened = false;
    draw();
    if (back) toggle.focus();
  }

  toggle.addEventListener("click", () => {
    opened = !opened;
    draw();
    comeIntoSight();
  });
  next.addEventListener("click", () => turn(here() + 1));
  el.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
  const changed = () => {
    const before = state;
    state = model.get("state");
    if (before.current !== state.current) atHome = false;
    draw();
    if (asking) comeIntoSight();
    asking &&= part().stage === "computing";
  };
  const refused = () => view.refuse(model.get("trouble")[1]);
  model.on("change:state", changed);
  model.on("change:trouble", refused);
  draw();
  const sizes = new ResizeObserver(fit);
  sizes.observe(brief);

  let frame;
  let ends = [];
  const begin = () => {
    const root = el.closest(".encdec-lesson");
    const around = el.closest(".encdec-lesson-frame");
    if (!root || !around) {
      frame = requestAnimationFrame(begin); // not on the page yet
      return;
    }
    // A definition that is open belongs to what is read here; what closes it closes nothing else. It is asked for at the
    // window: at the document, the glossary closes it.
    const defining = () => root.querySelector(".encdec-term-card:popover-open");
    const beside = ({ target }) => root.contains(target) && !el.contains(target) && !target.closest(".encdec-term-card");
    const pressed = (event) => beside(event) && !defining() && close(false);
    const focused = (event) => beside(event) && close(false);
    window.addEventListener("pointerdown", pressed, true);
    root.addEventListener("focusin", focused, true);
    ends = [
      () => window.removeEventListener("pointerdown", pressed, true),
      () => root.removeEventListener("focusin", focused, true),
      followTheme(model, root),
      hideStill(model),
      keepKeys(el),
      readAloud(model, el, el),
      tellWhenTheKernelIsGone(model, around, el),
    ];
  };
  begin();
  return () => {
    cancelAnimationFrame(frame);
    sizes.disconnect();
    model.off("change:state", changed);
    model.off("change:trouble", refused);
    for (const end of ends) end();
  };
}

export default { render };
