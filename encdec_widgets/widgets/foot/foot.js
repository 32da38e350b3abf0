/* Escape closes what is open, from inside of it too, and gives the keyboard back to the button that opened it. */

function render({ model, el }) {
  const buttons = {};
  for (const [name, text] of [["table", "Table"], ["checks", ""]]) {
    const button = el.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "encdec-foot-button";
    button.textContent = text;
    button.addEventListener("click", () => open(model.get("opened") === name ? "" : name));
    buttons[name] = button;
  }
  buttons.table.title = "Every fact of the picture in a table";
  buttons.checks.title = "What the checks find of this network";
  const built = el.appendChild(document.createElement("span"));
  built.className = "encdec-built";

  function open(name) {
    model.set("opened", name);
    model.save_changes();
  }

  function draw() {
    if (buttons.checks.textContent !== model.get("checks")) buttons.checks.textContent = model.get("checks");
    if (built.textContent !== model.get("built")) built.textContent = model.get("built");
    for (const [name, button] of Object.entries(buttons)) {
      button.setAttribute("aria-expanded", String(model.get("opened") === name));
    }
  }

  function pressed(event) {
    const opened = model.get("opened");
    const frame = el.closest(".encdec-frame");
    if (event.key !== "Escape" || event.defaultPrevented || !opened || !frame?.contains(event.target)) return;
    if (!el.contains(event.target) && !event.target.closest(".encdec-drawer")) return;
    buttons[opened].focus();
    open("");
  }

  // A sign on a box of the picture asks for the checks; the keyboard follows, so that Escape closes them.
  const asked = (event) => {
    if (!el.closest(".encdec")?.contains(event.target)) return;
    open("checks");
    buttons.checks.focus();
  };
  document.addEventListener("keydown", pressed);
  document.addEventListener("encdec-checks", asked);
  model.on("change", draw);
  draw();
  return () => {
    document.removeEventListener("keydown", pressed);
    document.removeEventListener("encdec-checks", asked);
    model.off("change", draw);
  };
}

export default { render };
