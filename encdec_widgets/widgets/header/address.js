/* The address of the app's page has the design in it, so that reload, back and a bookmark lead to it. The token is taken out: the
   browser has its cookie by now, and whoever is given the address must not have it. */

function render({ model, el }) {
  el.style.display = "none";
  if (model.widget_manager?.context?.path) return; // a notebook's address is not ours
  let asked = null; // the number of the last step back or forward that is not answered yet
  const keptNow = () => history.state?.encdecKept ?? null;
  const textNow = () => new URL(location.href).searchParams.get("design") ?? "";

  function addressOf(text) {
    const address = new URL(location.href);
    address.searchParams.delete("token");
    if (text) address.searchParams.set("design", text);
    else address.searchParams.delete("design");
    return address;
  }

  function told(message) {
    if (typeof message?.text !== "string" || (asked !== null && message.answers !== asked)) return;
    asked = null;
    const kept = message.kept ?? null;
    if (message.text === textNow() && kept === keptNow()) return;
    const state = kept && { encdecKept: kept };
    if (message.push) history.pushState(state, "", addressOf(message.text));
    else history.replaceState(state, "", addressOf(message.text));
  }

  function popped() {
    asked = Date.now() + Math.random(); // a page that is reloaded may have the kernel of the one before
    model.send({ open: textNow(), kept: keptNow(), number: asked });
  }

  history.replaceState(history.state, "", addressOf(textNow()));
  model.on("msg:custom", told);
  window.addEventListener("popstate", popped);
  return () => {
    model.off("msg:custom", told);
    window.removeEventListener("popstate", popped);
  };
}

export default { render };
