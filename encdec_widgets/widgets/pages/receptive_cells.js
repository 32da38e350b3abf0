/* The cells of an output around the point that is looked at, to scale. A point that is found in the middle one may lie
   anywhere in it. */

const CELLS_ACROSS = 9; // where they are looked at closely
const LEAST_CELL = 3; // px of the page: a smaller one is not seen

function cellShapes({ size, sigma, colour, limit, spread }, [down, right], unit, close) {
  if (!size || size < LEAST_CELL * unit) return [];
  const reach = (CELLS_ACROSS / 2) * size;
  const places = Array.from({ length: CELLS_ACROSS + 1 }, (_, i) => i * size - reach);
  const grid = places
    .map((place) => `M${right + place} ${down - reach}v${2 * reach}M${right - reach} ${down + place}h${2 * reach}`)
    .join("");
  const cell = { x: right - size / 2, y: down - size / 2, width: size, height: size };
  const shapes = [
    ...edged("rect", cell, { colour, dash: "", width: 2 }),
    ...edged("circle", { cx: right, cy: down, r: sigma }, { colour: "#fff", dash: "3 2", width: 1.5 }),
  ];
  if (!close) return shapes;
  const lines = ["encdec-receptive-grid-edge", "encdec-receptive-grid"].map((name) =>
    shape("path", { d: grid, class: name, "vector-effect": "non-scaling-stroke" }),
  );
  const below = Math.max(size / 2, sigma) + 13 * unit;
  return [
    ...lines,
    ...shapes,
    written(limit, right, down - size / 2 - 5 * unit, unit),
    written(spread, right, down + below, unit),
  ];
}

function written(text, x, y, unit) {
  const look = { class: "encdec-receptive-name", "font-size": 11 * unit, "stroke-width": 2.5 * unit, "text-anchor": "middle" };
  return shape("text", { ...look, x, y }, text);
}
