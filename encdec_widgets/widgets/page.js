/* Plotly measures its place when it draws and when the window changes. Neither tells of a picture that was drawn before
   the page was laid out, or of a side bar that was opened: so whatever changes the size of the picture's place is told
   as a change of the window. */
function render({ el }) {
  const observer = new ResizeObserver(() => window.dispatchEvent(new Event("resize")));
  let frame;
  const observe = () => {
    const picture = el.closest(".encdec")?.querySelector(".encdec-picture");
    if (picture) observer.observe(picture);
    else frame = requestAnimationFrame(observe); // not on the page yet
  };
  observe();
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}

export default { render };
