/* The presentation mode: the picture and the figures alone, over the whole window. A popover is in the browser's top layer,
   so that no notebook around the designer can cut it off. */

function presenter(el, changed) {
  let root = null;
  const leave = () => {
    if (!root) return;
    root.classList.remove("encdec-presenting");
    root.removeAttribute("popover"); // hides it as one, and shows it where it was
    root.removeEventListener("keydown", pressed, true);
    root = null;
    changed(false);
  };
  const pressed = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  };
  const begin = () => {
    root = el.closest(".encdec");
    if (!root) return;
    root.classList.add("encdec-presenting");
    root.setAttribute("popover", "manual");
    root.showPopover?.();
    root.addEventListener("keydown", pressed, true);
    changed(true);
  };
  return { toggle: () => (root ? leave() : begin()), leave, now: () => root !== null };
}
