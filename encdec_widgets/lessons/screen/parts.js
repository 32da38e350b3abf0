/* The views of a lesson's parts: a guess, a goal, and the end. Each draws one part, and takes newer states of it in place, so
   that what has the focus or is being typed stays. What a person does is told by `tell`. */

function make(parent, name, className = "", text = "") {
  const made = parent.appendChild(document.createElement(name));
  if (className) made.className = className;
  if (text) made.textContent = text;
  if (name === "button") made.type = "button";
  return made;
}

/* A text, which is touched only where it is another one: words in it may be marked, and one of them have the focus. */
const texts = new WeakMap();
function put(element, text) {
  if (texts.get(element) === text) return;
  texts.set(element, text);
  element.textContent = text;
}

/* A text of its own, or nothing. */
function line(element, text) {
  put(element, text);
  element.hidden = !text;
}

/* Children for values, one each: `begin` makes the parts of a child, `show` puts a value into them. */
function each(parent, values, name, className, begin, show) {
  parent.encdecRows ??= [];
  const rows = parent.encdecRows;
  while (rows.length > values.length) rows.pop().element.remove();
  while (rows.length < values.length) {
    const element = make(parent, name, className);
    rows.push({ element, ...begin(element) });
  }
  rows.forEach((row, index) => show(row, values[index]));
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
  form.addEventListener("input", () => refuse("")); // what was missing comes
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
  const again = make(told, "button", "encdec-lesson-button", "Try again");
  again.addEventListener("click", () => tell({ do: "guess", text: "" })); // the guess that is there stays
  function show(now) {
    const asked = now.stage === "asked";
    const had = form.contains(document.activeElement) || again === document.activeElement;
    form.hidden = !asked;
    told.hidden = asked;
    line(said, now.guess && now.stage !== "told" ? `You said ${now.guess}.` : "");
    line(waits, now.stage === "computing" ? now.computing : "");
    line(gap, now.gap);
    line(because, now.because);
    line(problem, now.problem);
    again.hidden = now.stage !== "failed";
    if (had && !asked && again.hidden) told.focus({ preventScroll: true });
  }
  return { show, refuse };
}

/* A row for a bound: its sign, what it bounds, the figure, and below them the bound and how far it is off. */
function figureParts(row) {
  const sign = make(row, "span", "encdec-lesson-sign");
  sign.setAttribute("aria-hidden", "true");
  const what = make(row, "span", "encdec-lesson-what");
  const value = make(row, "b", "encdec-lesson-value");
  return { sign, what, value, bound: make(row, "span", "encdec-lesson-bound") };
}

function showFigure(row, { sign, word, holds, label, value, bound, off }) {
  row.element.dataset.holds = holds;
  put(row.sign, sign);
  put(row.what, label);
  put(row.value, value);
  put(row.bound, `${bound} · ${off || word}`);
}

/* The same in one line. */
function chipParts(chip) {
  const sign = make(chip, "span", "encdec-lesson-sign");
  sign.setAttribute("aria-hidden", "true");
  const what = make(chip, "span", "encdec-lesson-chip-what");
  const figure = make(chip, "b", "encdec-lesson-chip-figure");
  return { sign, what, figure, word: make(chip, "span", "encdec-lesson-unseen") };
}

function showChip(row, figure) {
  row.element.dataset.holds = figure.holds;
  row.element.title = inWords(figure);
  put(row.sign, figure.sign);
  put(row.what, figure.short_label);
  put(row.figure, figure.short);
  put(row.word, `, ${figure.word}`);
}

const inWords = ({ label, value, bound, off, word }) => `${label}: ${value}, ${bound} · ${off || word}`;

/* Chips that have no room on the line are counted at its end: first those that hold, and of these the last. */
function fitChips(row, chips, more, figures) {
  const all = [...chips.children];
  for (const chip of all) chip.hidden = false;
  line(more, "");
  const cut = () => row.clientWidth && row.scrollWidth > row.clientWidth;
  const last = [...all].reverse();
  const going = [...last.filter((chip) => chip.dataset.holds === "held"), ...last.filter((chip) => chip.dataset.holds !== "held")];
  const gone = [];
  while (cut() && going.length) {
    gone.push(going.shift());
    gone.at(-1).hidden = true;
    line(more, `+${gone.length}`);
  }
  more.title = gone.map((chip) => inWords(figures[all.indexOf(chip)])).join("\n");
}

function goalView(place, part, tell) {
  make(place, "h3", "encdec-lesson-ask", part.text);
  const reached = make(place, "p", "encdec-lesson-reached");
  const figures = make(place, "ul", "encdec-lesson-figures");
  const note = make(place, "p", "encdec-lesson-note");
  const hints = make(place, "ol", "encdec-lesson-hints");
  hints.setAttribute("aria-label", "Hints");
  const more = make(place, "button", "encdec-lesson-button");
  let asked = false;
  let told = 0;
  more.addEventListener("click", () => {
    asked = true;
    tell({ do: "hint" });
  });
  function show(now) {
    line(reached, now.reached && `✓ ${now.reached}`);
    each(figures, now.figures, "li", "encdec-lesson-figure", figureParts, showFigure);
    line(note, now.note);
    hints.hidden = !now.hints.length;
    each(hints, now.hints, "li", "", () => ({}), ({ element }, text) => put(element, text));
    const had = document.activeElement === more;
    more.hidden = !now.more;
    put(more, now.hints.length ? `Another hint (${now.more} left)` : `Hint (${now.more})`);
    if (had && !now.more) {
      hints.tabIndex = -1;
      hints.focus({ preventScroll: true });
    }
    if (now.hints.length > told && asked) (more.hidden ? hints : more).scrollIntoView({ block: "nearest" });
    told = now.hints.length;
  }
  return { show, refuse() {} };
}

function homeView(place, part, tell, say) {
  make(place, "h3", "encdec-lesson-ask", "To take home");
  const sentence = make(place, "p", "encdec-lesson-home");
  const left = make(place, "p", "encdec-lesson-note");
  const label = make(place, "label", "encdec-lesson-label", "Your code, to hand in");
  const code = make(place, "textarea", "encdec-lesson-code");
  label.htmlFor = code.id = `encdec-code-${Math.random().toString(36).slice(2)}`;
  const holds = make(place, "p", "encdec-lesson-holds", "It holds the lesson, its goals, how good your guesses were, and what you changed.");
  code.setAttribute("aria-describedby", (holds.id = `${code.id}-holds`));
  code.readOnly = true;
  code.spellcheck = false;
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
  const after = make(place, "p", "encdec-lesson-after");
  function show(now) {
    line(sentence, now.sentence);
    line(left, now.left);
    if (code.value !== now.code) copy.textContent = "Copy";
    code.value = now.code;
    code.rows = Math.min(6, Math.ceil(now.code.length / 40)); // of a browser that does not size it by what it holds
    line(after, now.after);
  }
  return { show, refuse() {} };
}

const VIEWS = { guess: guessView, goal: goalView, home: homeView };
