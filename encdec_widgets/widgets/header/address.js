/* The address of the app's page has the design in it, so that reload, back and a bookmark lead to it. The token is taken out: the
   browser has its cookie by now, and whoever is given the address must not have it. */

function render({ model, el }) {
  el.style.display = "none";
  if (model.widget_manager?.context?.path) return; // a notebook's address is not ours
  const textNow = () => new URL(location.href).searchParams.get("design") ?? "";

  function addressOf(text) {
    const address = new URL(location.href);
    address.searchParams.delete("token");
    if (text) address.searchParams.set("design", text);
    else address.searchParams.delete("design");
    return address;
  }

  function told(message) {
    if (typeof message?.text !== "string" || message.text === textNow()) return;
    if (message.push) history.pushState(null, "", addressOf(message.text));
    else history.replaceState(null, "", addressOf(message.text));
  }

  const popped = () => model.send({ open: textNow() });
  history.replaceState(history.state, "", addressOf(textNow()));
  model.on("msg:custom", told);
  window.addEventListener("popstate", popped);
  return () => {
    model.off("msg:custom", told);
    window.removeEventListener("popstate", popped);
  };
}

export default { render };
