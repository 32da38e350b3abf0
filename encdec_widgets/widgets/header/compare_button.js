/* Escape in the table closes it, and gives the keyboard back to this button. */

function render({ model, el }) {
  const button = el.appendChild(document.createElement("button"));
  button.type = "button";
  button.className = "encdec-button";
  button.title = "Designs beside each other: their figures, with the ratio to the first, and what differs";

  function open(opened) {
    model.set("opened", opened);
    model.save_changes();
  }

  function draw() {
    const count = model.get("count");
    const text = count ? `Compare (${count})` : "Compare";
    if (button.textContent !== text) button.textContent = text;
    button.setAttribute("aria-expanded", String(model.get("opened")));
  }

  function pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !model.get("opened")) return;
    const here = el.closest(".encdec-frame")?.contains(event.target);
    if (!here || !(el.contains(event.target) || event.target.closest(".encdec-compare"))) return;
    event.preventDefault();
    button.focus();
    open(false);
  }

  button.addEventListener("click", () => open(!model.get("opened")));
  document.addEventListener("keydown", pressed);
  model.on("change", draw);
  draw();
  return () => {
    document.removeEventListener("keydown", pressed);
    model.off("change", draw);
  };
}

export default { render };
