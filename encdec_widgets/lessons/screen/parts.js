/* The views of a lesson's parts: a guess, a goal, and the end. Each draws one part, and takes newer states of it in place, so
   that what has the focus or is being typed stays. What a person does is told by `tell`. */

function make(parent, name, className = "", text = "") {
  const made = parent.appendChild(document.createElement(name));
  if (className) made.className = className;
  if (text) made.textContent = text;
  if (name === "button") made.type = "button";
  return made;
}

/* A text of its own, or nothing. */
function line(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

function guessView(place, part, tell) {
  make(place, "h3", "encdec-lesson-ask", part.question);
  const form = make(place, "form", "encdec-lesson-form");
  form.noValidate = true;
  const id = `encdec-guess-${Math.random().toString(36).slice(2)}`;
  let chosen = () => "";
  let first;
  if (part.choices.length) {
    const set = make(form, "fieldset", "encdec-lesson-choices");
    make(set, "legend", "encdec-lesson-unseen", part.question);
    for (const choice of part.choices) {
      const label = make(set, "label", "encdec-lesson-choice");
      const radio = make(label, "input");
      radio.type = "radio";
      radio.name = id;
      radio.value = choice;
      make(label, "span", "", choice);
      first ??= radio;
    }
    chosen = () => set.querySelector("input:checked")?.value ?? "";
  } else {
    const label = make(form, "label", "encdec-lesson-label", "Your guess");
    label.htmlFor = id;
    const row = make(form, "span", "encdec-lesson-number");
    first = make(row, "input");
    first.id = id;
    first.inputMode = "decimal";
    first.autocomplete = "off";
    if (part.unit) {
      make(row, "span", "encdec-lesson-unit", part.unit).id = `${id}-unit`;
      first.setAttribute("aria-describedby", `${id}-unit`);
    }
    chosen = () => first.value;
  }
  make(form, "button", "encdec-lesson-button encdec-lesson-primary", "Guess").type = "submit";
  const trouble = make(form, "p", "encdec-lesson-trouble");
  trouble.id = `${id}-trouble`;
  line(trouble, "");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = chosen();
    if (part.choices.length && !text) refuse("Choose one of the answers first.");
    else tell({ do: "guess", text });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.type === "submit") return;
    event.preventDefault(); // JupyterLab keeps a form from being sent by Enter
    form.requestSubmit();
  });
  function refuse(text) {
    line(trouble, text);
    const described = [part.unit && `${id}-unit`, text && trouble.id].filter(Boolean).join(" ");
    if (described) first.setAttribute("aria-describedby", described);
    first.toggleAttribute("aria-invalid", false);
    if (text) {
      first.setAttribute("aria-invalid", "true");
      first.focus();
    }
  }
  const told = make(place, "div", "encdec-lesson-told");
  told.tabIndex = -1;
  const said = make(told, "p", "encdec-lesson-said");
  const waits = make(told, "p", "encdec-lesson-waits");
  const gap = make(told, "p", "encdec-lesson-gap");
  const because = make(told, "p", "encdec-lesson-because");
  const problem = make(told, "p", "encdec-lesson-trouble");
  function show(now) {
    const asked = now.stage === "asked";
    const had = form.contains(document.activeElement);
    form.hidden = !asked;
    told.hidden = asked;
    line(said, now.guess && now.stage !== "told" ? `You said ${now.guess}.` : "");
    line(waits, now.stage === "computing" ? now.computing : "");
    line(gap, now.gap);
    line(because, now.because);
    line(problem, now.problem);
    if (had && !asked) told.focus({ preventScroll: true });
  }
  return { show, refuse };
}

function goalView(place, part, tell) {
  make(place, "h3", "encdec-lesson-ask", part.text);
  const reached = make(place, "p", "encdec-lesson-reached");
  const figures = make(place, "ul", "encdec-lesson-figures");
  const note = make(place, "p", "encdec-lesson-note");
  const hints = make(place, "ol", "encdec-lesson-hints");
  hints.setAttribute("aria-label", "Hints");
  const more = make(place, "button", "encdec-lesson-button");
  more.addEventListener("click", () => tell({ do: "hint" }));
  function show(now) {
    line(reached, now.reached && `✓ ${now.reached}`);
    figures.replaceChildren();
    for (const { sign, word, holds, label, value, bound, off } of now.figures) {
      const row = make(figures, "li", "encdec-lesson-figure");
      row.dataset.holds = holds;
      make(row, "span", "encdec-lesson-sign", sign).setAttribute("aria-hidden", "true");
      make(row, "span", "encdec-lesson-what", label);
      make(row, "b", "encdec-lesson-value", value);
      make(row, "span", "encdec-lesson-bound", `${bound}: ${off || word}`);
    }
    line(note, now.note);
    hints.hidden = !now.hints.length;
    hints.replaceChildren(...now.hints.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    const had = document.activeElement === more;
    more.hidden = !now.more;
    more.textContent = now.hints.length ? `Another hint (${now.more} left)` : `Hint (${now.more})`;
    if (had && !now.more) {
      hints.tabIndex = -1;
      hints.focus({ preventScroll: true });
    }
  }
  return { show, refuse() {} };
}

function homeView(place, part, tell, say) {
  make(place, "h3", "encdec-lesson-ask", "To take home");
  const sentence = make(place, "p", "encdec-lesson-home");
  const left = make(place, "p", "encdec-lesson-note");
  const label = make(place, "label", "encdec-lesson-label", "Your code, to hand in");
  const code = make(place, "input", "encdec-lesson-code");
  label.htmlFor = code.id = `encdec-code-${Math.random().toString(36).slice(2)}`;
  code.readOnly = true;
  code.addEventListener("focus", () => code.select());
  const copy = make(place, "button", "encdec-lesson-button encdec-lesson-primary", "Copy");
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.value);
    } catch {
      code.select(); // a page that may not write to the clipboard by itself
      document.execCommand("copy");
    }
    copy.textContent = "Copied";
    say("Copied: the code.");
  });
  function show(now) {
    line(sentence, now.sentence);
    line(left, now.left);
    if (code.value !== now.code) copy.textContent = "Copy";
    code.value = now.code;
  }
  return { show, refuse() {} };
}

const VIEWS = { guess: guessView, goal: goalView, home: homeView };
