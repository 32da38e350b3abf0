/* The state before an edit, plotly's trace "before", is seen for a second and a half. It fades; for people who want less
   motion, it stands still and goes. */

const SEEN_MS = 1500;
const FADING = [{ opacity: 1 }, { opacity: 0 }];
const STANDING = [{ opacity: 1 }, { opacity: 1, offset: 0.99 }, { opacity: 0 }];

function ghost(el) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let seen = ""; // what it last showed
  const drawn = () => {
    const plot = plotUnder(el);
    const trace = plot?._fullData.find(({ name }) => name === "before");
    const group = trace && plot.querySelector(`.scatterlayer .trace${trace.uid}`);
    if (!group) {
      seen = "";
      return;
    }
    const shown = JSON.stringify([trace.x, trace.y]);
    if (shown === seen) return;
    seen = shown;
    for (const running of group.getAnimations()) running.cancel();
    group.animate(calm.matches ? STANDING : FADING, { duration: SEEN_MS, fill: "forwards", easing: "ease-in" });
  };
  return { drawn };
}
