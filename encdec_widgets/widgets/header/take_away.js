/* A menu button as screen readers know it: Enter, Space or an arrow key opens it, arrow keys walk, Escape closes it. */

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
  button.textContent = "Take away ▾";
  button.setAttribute("aria-label", "Take away");
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  button.title = "Save the design, its code, table or picture, or the network as a file";
  const note = el.appendChild(document.createElement("div"));
  note.className = "encdec-away-note"; // what is being written, and why a file is not to be had
  note.hidden = true;
  const menu = el.appendChild(document.createElement("div"));
  menu.className = "encdec-menu";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", "Take away");
  menu.hidden = true;
  const entries = model.get("ways").map(([name, label, help]) => {
    const entry = menu.appendChild(document.createElement("button"));
    entry.type = "button";
    entry.className = "encdec-menu-entry";
    entry.setAttribute("role", "menuitem");
    entry.tabIndex = -1;
    entry.textContent = label;
    entry.title = help;
    entry.addEventListener("click", () => {
      close(true);
      model.send({ take: name, of: view });
    });
    return entry;
  });

  function open(entry) {
    menu.hidden = false;
    note.hidden = true;
    button.setAttribute("aria-expanded", "true");
    entry.focus();
  }

  function close(back) {
    if (menu.hidden) return;
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
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
    else if (event.key === "Escape" && !menu.hidden) close(true);
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
  const came = (message, buffers) => {
    if (message.of !== view) return;
    button.setAttribute("aria-busy", String(Boolean(message.busy)));
    if (message.name) save(message, buffers);
    const text = message.error || message.busy || `Saved ${message.name} (${message.size}).`;
    note.textContent = message.error || message.busy;
    note.hidden = !note.textContent;
    note.classList.toggle("encdec-away-trouble", Boolean(message.error));
    button.title = text;
    el.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: text }));
  };
  button.addEventListener("click", () => (menu.hidden ? open(entries[0]) : close(true)));
  el.addEventListener("keydown", pressed);
  document.addEventListener("pointerdown", elsewhere, true);
  model.on("msg:custom", came);
  return () => {
    document.removeEventListener("pointerdown", elsewhere, true);
    model.off("msg:custom", came);
  };
}

export default { render };
