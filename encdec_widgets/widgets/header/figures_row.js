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
    button.addEventListener("click", () => model.send({ chosen: model.get("figures")[index][0] }));
    const label = part(button, "span", "encdec-figure-label");
    const numbers = part(button, "span", "encdec-figure-numbers");
    const value = part(numbers, "span", "encdec-figure-value");
    const change = part(numbers, "span", "encdec-figure-change");
    return { button, label, value, change };
  }

  function draw() {
    const figures = model.get("figures");
    figures.forEach(([, ...texts], index) => {
      buttons[index] ??= makeButton(index);
      const { label, value, change } = buttons[index];
      [label, value, change].forEach((node, i) => setText(node, texts[i]));
      value.title = texts[3];
    });
    while (buttons.length > figures.length) buttons.pop().button.remove();
    drawHelp();
    drawActive();
  }

  function drawHelp() {
    buttons.forEach(({ button }, index) => {
      button.title = `${model.get("help")[index]} A click colours the boxes by it; another goes back.`;
    });
  }

  function drawActive() {
    const active = model.get("active");
    model.get("figures").forEach(([quantity], index) => {
      buttons[index].button.setAttribute("aria-pressed", String(quantity === active));
    });
  }

  model.on("change:figures", draw);
  model.on("change:help", drawHelp);
  model.on("change:active", drawActive);
  draw();
  return () => {
    model.off("change:figures", draw);
    model.off("change:help", drawHelp);
    model.off("change:active", drawActive);
  };
}

export default { render };
