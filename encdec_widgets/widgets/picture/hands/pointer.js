/* What of the picture lies under the pointer, by where it is drawn. plotly itself tells the nearest point within a distance, and so a
   skip connection where the pointer is on a box, or on nothing. */

const NEAR_PX = 6; // of a line
const NARROW_PX = 10; // around a box, where nothing is nearer: some boxes are narrower than a pointer
const STEADY_MS = 250; // for which a picture must have stood still: nobody aims at what has just moved
const UNFITTED_MS = 2000; // the same, of a picture that is not of this size yet: the kernel is about to draw it anew

function distance(px, py, ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = dx || dy ? Math.min(Math.max(((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy), 0), 1) : 0;
  return Math.hypot(px - ax - along * dx, py - ay - along * dy);
}

/* `{ box }`, `{ skip, made }` or null, for a place in px from the corner of the plot. A box comes before a skip connection. */
function under(plot, px, py) {
  const { xaxis, yaxis } = plot._fullLayout;
  const at = (x, y) => [xaxis._offset + xaxis.l2p(x), yaxis._offset + yaxis.l2p(y)];
  const boxes = plot._fullData.find(({ name }) => name === "blocks");
  let near = { gap: NARROW_PX };
  for (let i = 0; i < (boxes?.x?.length ?? 0); i++) {
    const half = boxes.width[i] / 2;
    const [left, top] = at(boxes.x[i] - half, boxes.base[i] + boxes.y[i]);
    const [right, bottom] = at(boxes.x[i] + half, boxes.base[i]);
    const gap = Math.hypot(Math.max(left - px, px - right, 0), Math.max(top - py, py - bottom, 0));
    if (gap < near.gap) near = { gap, box: boxes.customdata[i][0] };
  }
  if (near.gap === 0) return { box: near.box };
  let nearest = { gap: Infinity };
  for (const { x, y, name, mode, marker, customdata } of plot._fullData) {
    if (!customdata || name === "blocks") continue;
    for (let i = 0; i < x.length; i++) {
      const [skip] = customdata[i];
      const next = mode === "lines" && x[i + 1] != null ? i + 1 : i;
      if (!skip || x[i] == null) continue;
      const reach = mode === "lines" ? NEAR_PX : Math.max(marker.size / 2, NEAR_PX);
      const gap = distance(px, py, ...at(x[i], y[i]), ...at(x[next], y[next]));
      if (gap <= reach && gap < nearest.gap) nearest = { gap, skip, made: name !== "possible" };
    }
  }
  if (nearest.skip) return { skip: nearest.skip, made: nearest.made };
  return near.box ? { box: near.box } : null;
}

/* Since when a picture has stood still, and whether that is long enough to be aimed at. */
function steadiness(model) {
  let seen = "";
  let since = -Infinity;
  const drawn = (plot) => {
    const { xaxis, yaxis, width, height } = plot._fullLayout;
    const places = plot._fullData.filter(({ customdata }) => customdata).map(({ x, y, base, width: w }) => [x, y, base, w]);
    const now = JSON.stringify([xaxis.range, yaxis.range, width, height, places]);
    if (now !== seen) since = performance.now();
    seen = now;
  };
  const fits = ({ _fullLayout: { width, height } }) =>
    model.get("fit").every(([from, to], i) => Math.abs(Math.abs(to - from) - [width, height][i]) <= 8);
  const steady = (plot) => performance.now() - since >= (fits(plot) ? STEADY_MS : UNFITTED_MS);
  return { drawn, steady };
}
