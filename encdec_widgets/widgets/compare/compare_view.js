/* The table of designs that are compared: a column each, with its buttons; the keyboard stays where it is when the table is
   drawn anew. */
let views = 0;

function made(name, className, parent, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  parent?.append(element);
  return element;
}

function save({ name, kind, text }) {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000); // a browser that asks where to save still reads it
}

function render({ model, el }) {
  const view = `${Date.now()}-${views++}`; // the same designer may be on screen twice, and the file goes to one
  const bar = made("div", "encdec-compare-bar", el);

  function button(text, help, content, parent, key = text) {
    const made_ = made("button", "encdec-button", parent, text);
    made_.type = "button";
    made_.title = help;
    made_.dataset.key = key;
    made_.addEventListener("click", () => model.send({ of: view, ...(content instanceof Function ? content() : content) }));
    return made_;
  }

  const pin = button("Pin this design", "Keeps the design on screen in this table, whatever is edited", { pin: true }, bar);
  const list = made("select", "encdec-compare-presets", bar);
  list.setAttribute("aria-label", "Preset to pin");
  for (const name of model.get("presets")) list.append(new Option(name, name));
  button("Pin preset", "Keeps the preset in this table", () => ({ preset: list.value }), bar);
  const race = button("Race pinned", "", { race: true }, bar, "race");
  const stop = button("Stop", "Ends the race at once", { stop: true }, bar);
  const status = made("span", "encdec-compare-status", bar);
  button("CSV", "Saves the table for a spreadsheet", { file: "csv" }, bar);
  button("HTML", "Saves the table with its pictures as a page", { file: "html" }, bar);
  const shut = button("×", "Closes the table", { close: true }, bar);
  shut.setAttribute("aria-label", "Close the table");
  const far = made("progress", "encdec-compare-far", el);
  far.setAttribute("aria-label", "How far the race is");
  const told = made("div", "encdec-compare-told", el);
  const said = made("div", "", told);
  const again = button("Race all the same", "", { go_on: true }, told);
  const trouble = made("div", "encdec-error", el);
  const box = made("div", "encdec-compare-box", el);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Designs that are compared");
  const notices = made("div", "encdec-compare-notices", el);

  /* The head of a column: the name of the design, and what can be done with it. */
  function head({ name, pinned, shown }, row) {
    const cell = made("th", "", row);
    cell.scope = "col";
    made("span", "encdec-compare-name", cell, name);
    const line = made("div", "encdec-compare-do", cell);
    if (shown) made("span", "encdec-compare-mark", line, "on screen");
    else button("Use", `Puts ${name} on screen; Undo leads back`, { use: name }, line, `use ${name}`).setAttribute("aria-label", `Use ${name}`);
    if (pinned) button("Unpin", `Takes ${name} out of the table`, { unpin: name }, line, `unpin ${name}`).setAttribute("aria-label", `Unpin ${name}`);
  }

  function line(table, label, sure, cells) {
    const row = made("tr", "", table);
    const first = made("th", "", row, label);
    first.scope = "row";
    if (sure) made("small", "", first, ` ${sure}`);
    for (const [value, ratio] of cells) {
      const cell = made("td", "", row, value);
      if (ratio) made("small", "", cell, ` ${ratio}`);
    }
  }

  function pictures(table, columns) {
    const row = made("tr", "encdec-compare-pictures", table);
    made("th", "", row, "Network").scope = "row";
    columns.forEach(({ reason }, index) => {
      const cell = made("td", "", row, reason);
      if (reason) return;
      cell.innerHTML = model.get("pictures")[index] ?? "";
      const drawn = cell.querySelector("svg");
      if (!drawn) return;
      // Beside each other they are small: as wide as the column, and at one scale.
      drawn.style.width = `${100 * Math.min(1, drawn.viewBox.baseVal.width / 320)}%`;
      drawn.style.height = "auto";
    });
  }

  /* From Race, which is disabled meanwhile, keepFocus in the page's script hands the keyboard on to Stop; it comes back. */
  function drawRace() {
    const { words = "Race pinned", why = "", can, running, doing, share = 0, note, failed, question } = model.get("race");
    race.textContent = words;
    race.title = why;
    race.disabled = !can;
    const back = !running && !race.disabled && document.activeElement === stop;
    stop.disabled = !running;
    if (back) race.focus();
    again.hidden = !question;
    again.title = question ?? "";
    far.hidden = !running;
    far.value = share;
    said.className = failed ? "encdec-error" : "encdec-notice";
    said.textContent = note ?? "";
    told.hidden = !note;
    status.textContent = running ? doing : model.get("status");
  }

  function draw() {
    pin.disabled = !model.get("can_pin");
    drawRace();
    trouble.textContent = model.get("trouble");
    trouble.hidden = !model.get("trouble");
    box.setAttribute("aria-busy", String(model.get("busy")));
    const columns = model.get("columns");
    const key = box.contains(document.activeElement) && document.activeElement.dataset.key;
    const table = document.createElement("table");
    const top = made("tr", "", made("thead", "", table));
    made("td", "", top);
    for (const column of columns) head(column, top);
    const body = made("tbody", "", table);
    pictures(body, columns);
    for (const { label, sure, cells } of model.get("rows")) line(body, label, sure, cells);
    const fields = model.get("fields");
    if (fields.length) {
      const differs = made("tr", "encdec-compare-part", body);
      const cell = made("th", "", differs, "What differs");
      cell.scope = "rowgroup";
      cell.colSpan = columns.length + 1;
    }
    for (const { label, cells } of fields) line(body, label, "", cells.map((value) => [value, ""]));
    const [left, upper] = [box.scrollLeft, box.scrollTop];
    box.replaceChildren(table);
    box.scrollTo(left, upper);
    if (key) (box.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? box).focus();
    notices.replaceChildren();
    for (const text of model.get("notices")) made("div", "encdec-notice", notices, text);
  }

  const came = (message) => message.of === view && save(message);
  model.on("change", draw); // once for all that one message brings
  model.on("msg:custom", came);
  draw();
  return () => {
    model.off("change", draw);
    model.off("msg:custom", came);
  };
}

export default { render };
