/* Whatever is written becomes text nodes, never HTML. Buttons stay where they are: one of them may have the focus. */

function part(parent, name, className) {
  const made = parent.appendChild(document.createElement(name));
  made.className = className;
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function render({ model, el }) {
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Figures of the network; each colours the boxes");
  const buttons = [];

  function makeButton(index) {
    const button = part(el, "button", "encdec-figure");
    button.type = "button";
    button.addEventListener("click", () => model.send({ chosen: model.get("figures")[index].quantity }));
    const label = part(button, "span", "encdec-figure-label");
    const numbers = part(button, "span", "encdec-figure-numbers");
    const value = part(numbers, "span", "encdec-figure-value");
    const change = part(numbers, "span", "encdec-figure-change");
    return { button, label, value, change };
  }

  function draw() {
    const figures = model.get("figures");
    figures.forEach((figure, index) => {
      buttons[index] ??= makeButton(index);
      const { button, label, value, change } = buttons[index];
      setText(label, figure.label);
      setText(value, figure.value);
      setText(change, figure.change);
      button.title = `${figure.help} A click colours the boxes by it; another goes back.`;
    });
    while (buttons.length > figures.length) buttons.pop().button.remove();
    drawActive();
  }

  function drawActive() {
    const active = model.get("active");
    model.get("figures").forEach((figure, index) => {
      buttons[index].button.setAttribute("aria-pressed", String(figure.quantity === active));
    });
  }

  model.on("change:figures", draw);
  model.on("change:active", drawActive);
  draw();
  return () => {
    model.off("change:figures", draw);
    model.off("change:active", drawActive);
  };
}

export default { render };
