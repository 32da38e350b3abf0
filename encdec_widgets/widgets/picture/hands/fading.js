/* The boxes before an edit are seen for a second and a half. They fade; for people who want less motion, they stand still
   and go. Only the page knows of it: no message says that they have gone. */

const SEEN_MS = 1500; // picture.py says the same in seconds
const FADING = [{ opacity: 1 }, { opacity: 0 }];
const STANDING = [{ opacity: 1 }, { opacity: 1, offset: 0.99 }, { opacity: 0 }];

function ghost(model, placed) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("class", "encdec-before");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  let seen = null; // the animation, while it runs

  function place() {
    if (!seen) return;
    const outline = ({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h${-width}Z`;
    const places = model.get("before").map(placed).filter(Boolean);
    path.setAttribute("d", places.map(outline).join(""));
  }

  function show() {
    seen?.cancel();
    seen = path.animate(calm.matches ? STANDING : FADING, { duration: SEEN_MS, easing: "ease-in" });
    seen.onfinish = () => {
      seen = null;
      path.removeAttribute("d");
    };
    place();
  }

  return { svg, show, place };
}
