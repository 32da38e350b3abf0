/* Shows the network that the controls ask for. All of them stand in the page, those of the last control's values one after another. */
"use strict";
{
  const { counts = [], pieces = [], networks = [] } = JSON.parse(document.querySelector(".networks").textContent);
  const form = document.querySelector(".controls");
  const network = document.querySelector(".network");
  const said = document.querySelector(".said");
  const impossible = document.querySelector(".impossible");
  const controls = counts.map((_, number) => document.getElementById(`field${number}`));
  const textOf = (control) => JSON.parse(control.dataset.texts)[Number(control.value)];
  const chosen = () => controls.map((control) => `${control.labels[0].textContent} ${textOf(control)}`).join(", ");
  let shown = "";

  function show() {
    for (const control of controls) {
      const text = textOf(control);
      if (control.type === "range") control.setAttribute("aria-valuetext", text);
      control.parentElement.querySelector(".value").textContent = text;
    }
    const found = networks[controls.reduce((at, control, number) => at * counts[number] + Number(control.value), 0)];
    impossible.hidden = !found.error;
    if (found.error) {
      impossible.textContent = `There is no network with ${chosen()}: ${found.error}. Below is the one with ${shown}.`;
      return;
    }
    shown = chosen();
    network.innerHTML = found.html.map((number) => pieces[number]).join("<");
    said.textContent = found.words;
  }

  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.reset(); // a browser that comes back to a page would set the sliders, and not the network
    shown = chosen();
    form.addEventListener("input", show);
  }
}
