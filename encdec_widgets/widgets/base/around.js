/* What a designer and a lesson both need of the page around them. It stands before the script of each. */
const CLEARED_MS = 100; // how long the live region is empty before another text, or the same one, is put into it

/* Themes are told by the background that they give, as JupyterLab, Voila and others name theirs in different ways. */
function followTheme(model, root) {
  const probe = document.createElement("div");
  probe.style.cssText = "display: none; background-color: var(--jp-layout-color0, Canvas)";
  root.append(probe);
  const tell = () => {
    if (!probe.isConnected) return; // the designer went while a theme was awaited
    const [red, green, blue] = getComputedStyle(probe).backgroundColor.match(/[\d.]+/g).map(Number);
    const dark = 0.299 * red + 0.587 * green + 0.114 * blue < 128;
    root.classList.toggle("encdec-dark", dark);
    if (model.get("dark") !== dark) {
      model.set("dark", dark);
      model.save_changes();
    }
  };
  const soon = () => setTimeout(tell, 100); // a new theme's style sheet is loaded after its name is set
  const observer = new MutationObserver(soon);
  observer.observe(document.body, { attributeFilter: ["class", "data-jp-theme-light", "data-jp-theme-name"] });
  observer.observe(document.head, { childList: true });
  tell();
  return () => {
    observer.disconnect();
    probe.remove();
  };
}

/* Keys at a control are not for the notebook around it, where "d", "d" deletes the cell and, in Notebook 7, arrow keys never
   reach a slider. What the notebook may still have: Ctrl, Alt and Command with a key, but for undo, and Shift+Enter. */
function keepKeys(root) {
  const keep = (event) => {
    if (!event.key || !root.contains(event.target)) return; // a browser that fills in a text sends keys without a name
    const undo = ["z", "y"].includes(event.key.toLowerCase());
    const others = ((event.ctrlKey || event.metaKey) && !undo) || event.altKey || (event.shiftKey && event.key === "Enter");
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !others); // Lumino's own word
  };
  window.addEventListener("keydown", keep, true); // before the page's own listener, which is the document's
  return () => window.removeEventListener("keydown", keep, true);
}

/* The one live region of a designer, or of a lesson. Of texts that come within a moment of one another, the last is read. */
function readAloud(model, root, el) {
  const region = document.createElement("div");
  region.className = "encdec-unseen encdec-said";
  region.setAttribute("role", "status");
  el.append(region);
  let timer;
  const say = (text) => {
    clearTimeout(timer);
    region.textContent = ""; // so that the same text is read again
    timer = setTimeout(() => (region.textContent = text), CLEARED_MS);
  };
  const told = () => say(model.get("said")[1]);
  const toldInPage = (event) => say(event.detail);
  model.on("change:said", told);
  root.addEventListener("encdec-say", toldInPage);
  return () => {
    clearTimeout(timer);
    model.off("change:said", told);
    root.removeEventListener("encdec-say", toldInPage);
  };
}

/* A kernel that has restarted or died leaves a designer that does nothing: it says so, once, and can't be entered; only the part that says it can.
   ipywidgets marks its widgets when the kernel restarts, also by itself after it died, but not when it is shut down. */
function tellWhenTheKernelIsGone(model, root, el) {
  const words = document.createElement("div");
  words.className = "encdec-gone";
  el.append(words);
  const kernel = model.widget_manager?.kernel; // none where a page has no kernel, or hides it
  const cell = root.closest(".jp-Cell");
  const again = cell && !cell.querySelector(".cm-editor") ? "Reload this page." : "Run this cell again."; // Voila
  const tell = () => {
    const gone = kernel?.isDisposed || root.classList.contains("jupyter-widgets-disconnected");
    const text = gone ? `The kernel that drew this has gone. ${again}` : "";
    if (words.textContent !== text) {
      words.textContent = text;
      words.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: text }));
    }
    for (const part of root.children) part.inert = gone && !part.contains(el);
  };
  const observer = new MutationObserver(tell);
  observer.observe(root, { attributeFilter: ["class"] });
  kernel?.disposed?.connect(tell);
  tell();
  return () => {
    observer.disconnect();
    kernel?.disposed?.disconnect(tell);
  };
}

/* The still picture that stands before a designer, or a lesson, is hidden while that is drawn, whatever page they are on. A rule does it,
   as the picture may come, or come again, later than the designer. */
function hideStill(model) {
  const style = document.createElement("style");
  style.textContent = `[data-encdec-still="${model.get("still")}"] { display: none; }`;
  document.head.append(style);
  return () => style.remove();
}
