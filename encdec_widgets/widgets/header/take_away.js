/* A menu button as screen readers know it: Enter, Space or an arrow key opens it, arrow keys walk, Escape closes it.
   A second page of the menu asks what to choose, offers to mend what keeps a file from being made, or has a text to copy by hand. */

const NAME = "Take away ▾";
let views = 0;

function save({ name, kind, text }, buffers) {
  const address = URL.createObjectURL(new Blob(buffers?.length ? buffers : [text], { type: kind }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000); // a browser that asks where to save still reads it
}

function render({ model, el }) {
  const view = `${Date.now()}-${views++}`; // the same designer may be on screen twice, and the file goes to one
  const button = el.appendChild(document.createElement("button"));
  button.type = "button";
  button.className = "encdec-button encdec-primary";
  button.textContent = NAME;
  button.setAttribute("aria-label", "Take away");
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.title = "Save the design, its code, table or picture, or the network as a file, or hand it over to SLEAP";
  const note = el.appendChild(document.createElement("div"));
  note.className = "encdec-away-note"; // what is being written, or why a file is not to be had
  note.hidden = true;
  const box = el.appendChild(document.createElement("div"));
  box.className = "encdec-menu";
  box.hidden = true;
  const words = box.appendChild(document.createElement("p"));
  words.className = "encdec-menu-text";
  words.id = `encdec-menu-text-${view}`;
  const menu = box.appendChild(document.createElement("div"));
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", "Take away");
  menu.setAttribute("aria-describedby", words.id);
  const byHand = box.appendChild(document.createElement("textarea"));
  byHand.className = "encdec-menu-copy";
  byHand.readOnly = true;
  byHand.hidden = true;
  byHand.setAttribute("aria-label", "What is taken away, to be copied by hand");
  const ways = model.get("ways").map(([take, label, help]) => [label, { take }, help]);
  let entries = [];

  function show(text, shown) {
    words.textContent = text;
    words.hidden = !text;
    entries = shown.map(([label, content, help = ""]) => {
      const entry = document.createElement("button");
      entry.type = "button";
      entry.className = "encdec-menu-entry";
      entry.setAttribute("role", "menuitem");
      entry.tabIndex = -1;
      entry.textContent = label;
      entry.title = help;
      entry.addEventListener("click", () => {
        close(true);
        model.send({ ...content, of: view });
      });
      return entry;
    });
    menu.replaceChildren(...entries);
  }

  function open(entry) {
    box.hidden = false;
    note.hidden = true;
    button.setAttribute("aria-expanded", "true");
    entry.focus();
  }

  function close(back) {
    if (box.hidden) return;
    box.hidden = true;
    button.setAttribute("aria-expanded", "false");
    byHand.hidden = true;
    show("", ways);
    if (back) button.focus();
  }

  function pressed(event) {
    const at = entries.indexOf(event.target);
    const last = entries.length - 1;
    const next = {
      ArrowDown: at < last ? at + 1 : 0,
      ArrowUp: at > 0 ? at - 1 : last,
      Home: at < 0 ? undefined : 0,
      End: at < 0 ? undefined : last,
    }[event.key];
    if (next !== undefined) open(entries[next]);
    else if (event.key === "Escape" && !box.hidden) close(true);
    else if (event.key === "Escape" && !note.hidden) note.hidden = true;
    else if (event.key === "Tab") return close(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const elsewhere = (event) => {
    if (el.contains(event.target)) return;
    close(false);
    if (button.getAttribute("aria-busy") !== "true") note.hidden = true;
  };
  const say = (text) => {
    button.title = text;
    el.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: text }));
  };

  async function copy({ name, text }) {
    const copied = () => {
      note.textContent = `Copied: ${name}.`;
      note.hidden = false;
      say(note.textContent);
    };
    try {
      await navigator.clipboard.writeText(text); // there is no clipboard on a page that came by plain http
      copied();
    } catch {
      const hint = "The browser did not let it be copied. It is selected below: press Ctrl+C or ⌘C, then Esc.";
      show(hint, []);
      box.hidden = byHand.hidden = false;
      button.setAttribute("aria-expanded", "true");
      byHand.value = text;
      byHand.focus();
      byHand.select();
      byHand.addEventListener("copy", () => setTimeout(() => (close(true), copied())), { once: true });
      say(hint);
    }
  }

  const came = (message, buffers) => {
    if (message.of !== view) return;
    const busy = button.getAttribute("aria-busy") === "true";
    button.setAttribute("aria-busy", String(Boolean(message.busy)));
    if (message.busy && !busy) button.style.minWidth = `${button.offsetWidth}px`; // the header keeps its places
    button.textContent = message.busy ? `${message.busy.split(" ")[0]}…` : NAME; // "Writing…"
    note.textContent = message.page ? "" : message.error || message.busy;
    note.hidden = !note.textContent;
    note.classList.toggle("encdec-away-trouble", Boolean(message.error));
    if (message.copies) {
      copy(message);
      return;
    }
    if (message.page) {
      show(message.page.text, message.page.entries);
      open(entries[0]);
    } else if (message.name) save(message, buffers);
    const saved = message.name && `Saved ${message.name} (${message.size}). ${message.said}`.trim();
    const text = message.error || message.busy || (message.page ? message.page.text : saved);
    if (!message.busy || !busy) say(text); // of what is under way, the beginning and the end
  };
  show("", ways);
  button.addEventListener("click", () => (box.hidden ? open(entries[0]) : close(true)));
  el.addEventListener("keydown", pressed);
  document.addEventListener("pointerdown", elsewhere, true);
  model.on("msg:custom", came);
  return () => {
    document.removeEventListener("pointerdown", elsewhere, true);
    model.off("msg:custom", came);
  };
}

export default { render };
