const LEAST = 400; // px: so high is a part that is large
const AROUND = 8; // px

/* Shows a part of a page in the browser's top layer, over the picture of the network; its place in the column is kept.
   Gives what ends it. */
function enlarging(el, part, button, draw) {
  const closer = document.createElement("button");
  closer.type = "button";
  closer.className = "encdec-receptive-button encdec-receptive-close";
  closer.textContent = "Close";
  part.append(closer);
  const isLarge = () => part.matches(":popover-open");
  function setLarge(large) {
    if (large === isLarge()) return;
    if (large) {
      el.style.minHeight = `${el.offsetHeight}px`;
      const over = (el.closest(".encdec")?.querySelector(".encdec-picture") ?? el).getBoundingClientRect();
      const height = Math.min(Math.max(over.height, LEAST), innerHeight - 2 * AROUND);
      const top = Math.min(Math.max(over.top, AROUND), innerHeight - AROUND - height); // all of it is to be seen
      Object.assign(part.style, { left: `${over.left}px`, top: `${top}px`, width: `${over.width}px`, height: `${height}px` });
      part.setAttribute("popover", "manual");
      part.showPopover();
    } else {
      part.hidePopover();
      part.removeAttribute("popover");
      part.removeAttribute("style");
      el.style.minHeight = "";
    }
    button.textContent = large ? "Close" : "Enlarge";
    button.setAttribute("aria-pressed", String(large));
    draw();
  }
  const goBack = () => {
    setLarge(false);
    button.focus({ preventScroll: true });
  };
  const escaped = (event) => {
    if (event.key !== "Escape" || !isLarge()) return;
    event.stopPropagation();
    goBack();
  };
  closer.addEventListener("click", goBack);
  const close = () => setLarge(false);
  button.addEventListener("click", () => setLarge(!isLarge()));
  document.addEventListener("keydown", escaped, true);
  window.addEventListener("resize", close);
  return () => {
    document.removeEventListener("keydown", escaped, true);
    window.removeEventListener("resize", close);
  };
}
