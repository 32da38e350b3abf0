/* A line that is drawn around boxes: their names are told when the pointer is let go. Keys have another way to each of them. */

const LEAST_PX = 4; // between two corners of the line

/* Whether a point is inside a closed line: a ray from it crosses the line an odd number of times. */
function inside([x, y], line) {
  let odd = false;
  line.forEach(([ax, ay], i) => {
    const [bx, by] = line[(i + 1) % line.length];
    if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) odd = !odd;
  });
  return odd;
}

function lasso(model, placed, { caught, changed }) {
  const sheet = element("div", "encdec-lasso", { "aria-hidden": "true" });
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.append(path);
  sheet.append(svg);
  sheet.hidden = true;
  let line = null; // while a pointer is down

  const show = () => path.setAttribute("d", line?.length ? `M${line.map((point) => point.join(" ")).join("L")}Z` : "");
  const turn = (now) => {
    sheet.hidden = !now;
    line = null;
    show();
    changed(now);
  };
  const leave = () => !sheet.hidden && (turn(false), true);

  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    sheet.setPointerCapture(event.pointerId);
    line = [[event.offsetX, event.offsetY]];
  });
  sheet.addEventListener("pointermove", ({ offsetX: x, offsetY: y }) => {
    const last = line?.at(-1);
    if (!last || Math.hypot(x - last[0], y - last[1]) < LEAST_PX) return;
    line.push([x, y]);
    show();
  });
  sheet.addEventListener("pointerup", () => {
    const drawn = line ?? [];
    turn(false);
    const within = ({ rect }) => {
      const place = placed(rect);
      return place && inside([place.x + place.width / 2, place.y + place.height / 2], drawn);
    };
    if (drawn.length > 2) caught(model.get("stops").filter(within).map(({ name }) => name));
  });
  sheet.addEventListener("pointercancel", () => turn(false));

  return { sheet, toggle: () => turn(sheet.hidden), leave };
}
