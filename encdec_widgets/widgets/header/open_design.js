/* A form that lies over the designer. A file may be dropped on it, or anywhere on the designer. */

const LARGEST = 5_000_000; // bytes; a design takes some thousand

function render({ model, el }) {
  const make = (parent, name, className, text = "") => {
    const made = parent.appendChild(document.createElement(name));
    made.className = className;
    made.textContent = text;
    if (name === "button") made.type = "button";
    return made;
  };
  const button = make(el, "button", "encdec-button", "Open…");
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  button.title = "Open a design that was taken away, or a configuration of SLEAP or sleap-nn";
  const form = make(el, "div", "encdec-open-form");
  form.setAttribute("role", "dialog");
  form.setAttribute("aria-label", "Open a design");
  form.hidden = true;
  const fileLabel = make(form, "label", "encdec-open-label", "A file of a design, of SLEAP (JSON, or the zip of a training job) or sleap-nn (YAML), chosen here or dropped on the designer");
  const file = make(fileLabel, "input", "encdec-open-file");
  file.type = "file";
  file.accept = ".json,.yaml,.yml,.txt,.py,.zip";
  const textLabel = make(form, "label", "encdec-open-label", "or its text");
  const text = make(textLabel, "textarea", "encdec-open-text");
  text.spellcheck = false;
  const trouble = make(form, "div", "encdec-open-trouble");
  trouble.hidden = true;
  const which = make(form, "div", "encdec-open-which");
  which.setAttribute("role", "group");
  which.setAttribute("aria-label", "Configurations in the file");
  which.hidden = true;
  const row = make(form, "div", "encdec-open-row");
  const cancel = make(row, "button", "encdec-button", "Cancel");
  const take = make(row, "button", "encdec-button encdec-primary", "Open");
  const said = make(el, "div", "encdec-open-form");
  said.setAttribute("role", "status");
  let waiting = false;
  let held; // the bytes of the file that was sent last

  function tellNotes() {
    const [first, ...notes] = model.get("notes");
    said.replaceChildren();
    said.hidden = !first;
    if (!first) return;
    make(said, "b", "", `Opened from ${first[0]}`);
    const list = make(said, "ul", "encdec-open-notes");
    list.tabIndex = 0; // it may scroll, by keyboard too
    list.setAttribute("aria-label", "Notes");
    for (const [kind, key, words] of notes) {
      const item = make(list, "li", "");
      make(item, "b", "", `${kind} `);
      if (key) make(item, "code", "", key);
      item.append(` ${words}`);
    }
    const row = make(said, "div", "encdec-open-row");
    make(row, "button", "encdec-button", "Got it").addEventListener("click", dismissNotes);
  }

  function dismissNotes() {
    model.set("notes", []);
    model.save_changes();
    button.focus();
  }

  function open() {
    said.hidden = true;
    form.hidden = false;
    button.setAttribute("aria-expanded", "true");
    file.focus();
  }

  function close(back) {
    if (form.hidden) return;
    form.hidden = true;
    button.setAttribute("aria-expanded", "false");
    text.value = file.value = "";
    held = undefined;
    tell("");
    if (back) button.focus();
  }

  function tell(words) {
    trouble.textContent = words;
    trouble.hidden = !words;
    which.hidden = true;
    if (words) el.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: words }));
  }

  function send(words) {
    if (!words.trim()) return tell("There is no text yet: choose a file, drop one, or paste the text of one.");
    waiting = true;
    model.send({ text: words });
  }

  async function read(chosen) {
    if (!chosen) return;
    if (chosen.size > LARGEST) {
      const way = /\.zip$/i.test(chosen.name) ? " Unpack it, and open one of the configurations in it." : "";
      refuse(`${chosen.name} is too large for a design: ${chosen.size.toLocaleString("en-US")} bytes.${way}`);
      return;
    }
    try {
      held = await chosen.arrayBuffer();
    } catch {
      refuse(`The browser can't read ${chosen.name}. If it is a folder, drop the file in it that holds the design.`);
      return;
    }
    if (new TextDecoder().decode(held).trim()) sendFile("");
    else refuse(`${chosen.name} is empty.`);
  }

  function sendFile(name) {
    waiting = true;
    model.send({ name }, undefined, [held]);
  }

  function choose(names) {
    which.replaceChildren();
    which.hidden = !names.length;
    trouble.classList.toggle("encdec-open-choice", Boolean(names.length)); // no error, but a question
    for (const name of names) make(which, "button", "encdec-button", name).addEventListener("click", () => sendFile(name));
    which.firstChild?.focus();
  }

  function refuse(words) {
    if (form.hidden) open(); // the file was dropped on the designer
    tell(words);
  }

  function answered() {
    if (!waiting) return; // another view of the same designer asked
    waiting = false;
    const [, words] = model.get("trouble");
    if (!words) return close(true);
    refuse(words);
    choose(model.get("choices"));
  }

  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const dropped = (event) => {
    if (!carriesFile(event)) return;
    over(event);
    const [first] = event.dataTransfer.files;
    if (first) read(first);
    else refuse("The browser gave no file. Save it to a disk first, and drop it from there."); // as of a mail's attachment
  };
  const elsewhere = (event) => el.contains(event.target) || close(false);
  el.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || (form.hidden && said.hidden)) return;
    event.stopPropagation();
    if (form.hidden) dismissNotes();
    else close(true);
  });
  button.addEventListener("click", () => (form.hidden ? open() : close(true)));
  cancel.addEventListener("click", () => close(true));
  take.addEventListener("click", () => send(text.value));
  file.addEventListener("change", () => read(file.files[0]));
  document.addEventListener("pointerdown", elsewhere, true);
  model.on("change:trouble", answered);
  model.on("change:notes", tellNotes);
  tellNotes();
  let root;
  let frame;
  const begin = () => {
    root = el.closest(".encdec");
    if (!root) frame = requestAnimationFrame(begin); // not on the page yet
    root?.addEventListener("dragover", over);
    root?.addEventListener("drop", dropped);
  };
  begin();
  return () => {
    cancelAnimationFrame(frame);
    root?.removeEventListener("dragover", over);
    root?.removeEventListener("drop", dropped);
    document.removeEventListener("pointerdown", elsewhere, true);
    model.off("change:trouble", answered);
    model.off("change:notes", tellNotes);
  };
}

export default { render };
