/* All lengths are in px of the image, which is what the drawing's coordinates are; `unit` is a px of the page in them.
   A drag is the page's own affair: the kernel hears of it now and then, and of where it ended. */

const SIDE = 236; // of the picture on the page, while nobody sees it
const TELL_MS = 100;
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const GROWS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/* Sends what was set, at most every TELL_MS, the last of it always. */
function teller(model) {
  let timer;
  let waiting = false;
  const send = () => {
    waiting = false;
    model.save_changes();
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting) send();
    }, TELL_MS);
  };
  const tell = () => (timer === undefined ? send() : (waiting = true));
  const end = () => {
    clearTimeout(timer);
    if (waiting) model.save_changes();
  };
  return { tell, end };
}

function render({ model, el }) {
  const { tell, end } = teller(model);
  let closer = true; // a person's own image is first seen as a whole
  let fine = false; // whether the cells of the output are looked at
  let angle = 0; // of the handle, as seen from the centre
  let drag = null; // what is done where the pointer goes, while one is down
  let view = null; // the part of the image that is seen
  let lit = -1; // the box whose line in the list the pointer is on
  let reads = 0;

  const image = shape("image", { x: 0, y: 0, preserveAspectRatio: "none" });
  const heat = shape("image", { preserveAspectRatio: "none" });
  const lines = shape("g", { "aria-hidden": "true" });
  const grid = shape("g", { "aria-hidden": "true" });
  const mark = shape("g", { class: "encdec-receptive-mark", tabindex: 0, role: "application" });
  mark.setAttribute("aria-roledescription", "point that can be moved");
  const handle = shape("g", { class: "encdec-receptive-handle", tabindex: 0, role: "slider", "aria-valuemin": 1 });
  handle.setAttribute("aria-label", "length of the animal");
  const ring = shape("g", { "aria-hidden": "true" });
  const svg = shape("svg", { class: "encdec-receptive-image", role: "group" }, image, lines, heat, grid, ring, mark, handle);

  const input = element("input", "encdec-receptive-unseen");
  input.type = "file";
  input.accept = "image/png,image/jpeg,image/gif,image/webp";
  const own = element("label", "encdec-receptive-button", "Image …");
  own.title = "Reads a PNG, JPEG, GIF or WebP file of yours; it goes to your own kernel and nowhere else";
  own.append(input);
  const sample = element("button", "encdec-receptive-button", "Sample");
  sample.title = "Shows the image that came with this";
  const zoom = element("button", "encdec-receptive-button", "Closer");
  zoom.title = "Shows only the part of the image around the boxes";
  const cells = element("button", "encdec-receptive-button", "Cells");
  const enlarge = element("button", "encdec-receptive-button", "Enlarge");
  enlarge.title = "Shows the image over the picture of the network; Escape closes it";
  const bar = element("div", "encdec-receptive-bar");
  bar.append(own, sample, zoom, cells, enlarge);
  const said = element("div", "encdec-receptive-said");
  const list = element("ul", "encdec-receptive-list");
  list.setAttribute("aria-label", "Boxes on the image");
  el.classList.add("encdec-receptive-view");
  const stage = element("div", "encdec-receptive-stage");
  stage.append(svg);
  el.append(stage, bar, said, list);

  const size = () => model.get("image_size");
  const centre = () => model.get("centre");
  const largest = () => Math.max(Math.ceil(Math.hypot(...size())), model.get("animal_px"));

  function set(name, value) {
    model.set(name, value);
    tell();
  }

  const setAnimal = (length) => set("animal_px", clamp(Math.round(length), 1, largest()));
  const setCentre = (point) => set("centre", point.map((place, i) => clamp(Math.round(place), 0, size()[i])));

  /* Some cells; or all of the image, or what the largest box with room around it needs; in the shape of the image. */
  function seen() {
    const [height, width] = size();
    if (!closer && !fine) return { x: 0, y: 0, width, height };
    const sides = (box) => (box.extent === "whole image" ? size() : (box.size ?? []));
    const needed = fine
      ? CELLS_ACROSS * model.get("cells").size
      : 1.35 * Math.max(model.get("animal_px"), ...model.get("boxes").flatMap(sides));
    const share = Math.min(1, needed / Math.min(height, width));
    const [down, right] = centre();
    return {
      x: clamp(right - (width * share) / 2, 0, width * (1 - share)),
      y: clamp(down - (height * share) / 2, 0, height * (1 - share)),
      width: width * share,
      height: height * share,
    };
  }

  function draw() {
    const [height, width] = size();
    if (!drag) view = seen(); // nothing moves while the pointer is down
    const { width: wide, height: high } = svg.getBoundingClientRect();
    const unit = wide && high ? Math.max(view.width / wide, view.height / high) : Math.max(view.width, view.height) / SIDE;
    setAll(svg, { viewBox: `${view.x} ${view.y} ${view.width} ${view.height}`, "aria-label": `Image of ${height} × ${width} px` });
    svg.style.aspectRatio = `${view.width} / ${view.height}`;
    setAll(image, { width, height });
    drawHeat();
    drawBoxes(unit);
    drawAnimal(unit);
    drawMark(unit);
    grid.replaceChildren(...cellShapes(model.get("cells"), centre(), unit, fine));
    lines.style.display = ring.style.display = handle.style.display = fine ? "none" : "";
    zoom.setAttribute("aria-pressed", String(closer && !fine));
    cells.setAttribute("aria-pressed", String(fine));
  }

  function drawHeat() {
    const shown = model.get("heat");
    heat.style.display = shown.image ? "" : "none";
    if (!shown.image) return;
    const [height, width] = shown.size;
    const [y, x] = centre().map((place, axis) => place + shown.corner[axis]);
    setAll(heat, { href: shown.image, x, y, width, height });
  }

  function drawBoxes(unit) {
    const taken = []; // by names that are written already
    const measured = Boolean(model.get("heat").image); // then it is what is looked at, with the output's box around it
    const drawn = model.get("boxes").map((box, i) => {
      if (!box.size && box.extent !== "whole image") return [];
      const { cut, ...place } = onImage(box, centre(), size());
      const larger = box.size && box.size.some((side, axis) => side > size()[axis]);
      list.children[i].lastChild.textContent = larger ? " – exceeds the image" : cut ? " – cut at the border" : "";
      if (measured && i > 0 && lit !== i) return [];
      const parts = edged("rect", place, { ...box, width: box.width + (lit === i ? 2 : 0) });
      return [...parts, ...name(box.label, place, unit, taken)];
    });
    lines.replaceChildren(...drawn.reverse().flat());
  }

  /* The name of a box at its upper or lower edge, where there is room for it in the box and in what is seen. */
  function name(text, place, unit, taken) {
    const [wide, high] = [(5.3 * text.length + 8) * unit, 12 * unit];
    const x = Math.max(place.x, view.x);
    const edges = [Math.max(place.y, view.y), Math.min(place.y + place.height, view.y + view.height) - high];
    if (Math.min(place.x + place.width, view.x + view.width) - x < wide) return [];
    const free = (y) =>
      y >= place.y && y + high <= place.y + place.height &&
      taken.every((other) => x >= other.x + other.wide || other.x >= x + wide || y >= other.y + high || other.y >= y + high);
    const y = edges.find(free);
    if (y === undefined) return [];
    taken.push({ x, y, wide });
    const written = { class: "encdec-receptive-name", x: x + 4 * unit, y: y + 10 * unit };
    const made = shape("text", { ...written, "font-size": 10 * unit, "stroke-width": 2.5 * unit }, text);
    return [made];
  }

  function drawAnimal(unit) {
    const animal = model.get("animal_px");
    const [down, right] = centre();
    const [y, x] = [Math.sin(angle), Math.cos(angle)];
    // The handle stays in sight, whatever is left of the circle there.
    const room = (place, way, start, length) =>
      Math.abs(way) < 1e-9 ? Infinity : ((way > 0 ? start + length - 7 * unit : start + 7 * unit) - place) / way;
    const reach = Math.min(animal / 2, room(right, x, view.x, view.width), room(down, y, view.y, view.height));
    const look = { colour: "#fff", dash: "", width: 1.5 };
    const half = animal / 2;
    const across = { x1: right - x * half, y1: down - y * half, x2: right + x * half, y2: down + y * half };
    ring.replaceChildren(
      ...edged("circle", { cx: right, cy: down, r: half }, look),
      ...edged("line", across, { ...look, dash: "2 3", width: 1 }),
    );
    const place = { cx: right + x * reach, cy: down + y * reach };
    handle.replaceChildren(
      shape("circle", { ...place, r: 13 * unit, fill: "transparent" }), // for fingers
      shape("circle", { ...place, r: 6 * unit, class: "encdec-receptive-knob", "vector-effect": "non-scaling-stroke" }),
    );
    const words = `${animal} px`;
    setAll(handle, { "aria-valuenow": animal, "aria-valuetext": words, "aria-valuemax": largest() });
  }

  function drawMark(unit) {
    const [down, right] = centre();
    const arm = 5 * unit;
    const cross = `M${right - arm} ${down}H${right + arm}M${right} ${down - arm}V${down + arm}`;
    mark.replaceChildren(
      shape("circle", { cx: right, cy: down, r: 8 * unit, class: "encdec-receptive-focus", "vector-effect": "non-scaling-stroke" }),
      ...edged("path", { d: cross }, { colour: "#fff", dash: "", width: 1.5 }),
    );
    mark.setAttribute("aria-label", `point that is looked at: ${down} px down, ${right} px right; arrow keys move it`);
  }

  function drawList() {
    lit = -1;
    const shown = model.get("heat");
    const items = model.get("boxes").map((box, i) => {
      const item = line(box, swatch(box));
      item.addEventListener("pointerenter", () => light(i));
      item.addEventListener("pointerleave", () => light(-1));
      return item;
    });
    if (shown.image) items.push(line(shown, element("span", "encdec-receptive-cloud")));
    const { size: side, words, colour } = model.get("cells");
    fine &&= Boolean(side);
    cells.style.display = side ? "" : "none";
    cells.title = words ?? "";
    if (side) items.push(line(model.get("cells"), swatch({ size: side, colour, dash: "", width: 2 }, "M6 1h8v8h-8z")));
    list.replaceChildren(...items);
  }

  function line(box, sign) {
    const item = element("li");
    item.title = box.words;
    const words = element("span", "encdec-receptive-unseen", box.words);
    const visible = element("span", "", `${box.label} `);
    visible.append(element("b", "", box.text));
    visible.setAttribute("aria-hidden", "true");
    item.append(sign, words, visible, element("span"));
    return item;
  }

  function swatch(box, d = "M0 5H22") {
    if (!box.size && box.extent !== "whole image") return element("span", "encdec-receptive-none");
    return shape("svg", { width: 22, height: 10, "aria-hidden": "true" }, ...edged("path", { d }, box));
  }

  function light(i) {
    lit = i;
    draw();
  }

  function drawAll() {
    drawList();
    draw();
  }

  function newImage() {
    said.textContent = "";
    image.setAttribute("href", model.get("image"));
    draw();
  }

  /* Where the pointer is, down and right. */
  function pointed(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.y, point.x];
  }

  function pressed(event) {
    if (event.button !== 0) return;
    if (handle.contains(event.target)) {
      const from = ([y, x]) => Math.hypot(y - centre()[0], x - centre()[1]);
      const grip = model.get("animal_px") / 2 - from(pointed(event)); // the circle does not jump to the pointer
      drag = (point) => {
        angle = Math.atan2(point[0] - centre()[0], point[1] - centre()[1]);
        setAnimal(2 * (from(point) + grip));
        draw();
      };
      handle.focus({ preventScroll: true });
    } else {
      drag = setCentre;
      setCentre(pointed(event));
      mark.focus({ preventScroll: true });
    }
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  const moved = (event) => drag?.(pointed(event));

  function released() {
    drag = null;
    draw();
  }

  /* What is pressed here is not for the notebook around it. */
  function keyOnAnimal(event) {
    const animal = model.get("animal_px");
    const lengths = { Home: 1, End: largest() };
    take(event, event.key in GROWS ? animal + GROWS[event.key] : lengths[event.key], setAnimal);
  }

  function keyOnMark(event) {
    const step = Math.max(1, Math.round(Math.max(...size()) / 100));
    const way = ARROWS[event.key];
    const middle = event.key === "Home" ? size().map((side) => side / 2) : undefined;
    take(event, way ? centre().map((place, i) => place + step * way[i]) : middle, setCentre);
  }

  function take(event, value, use) {
    if (value === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    use(value);
  }

  /* Shows a text under the image, and has the designer around it read it aloud. */
  function explain(text) {
    said.textContent = text;
    said.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: text }));
  }

  async function chosen() {
    const [file] = input.files;
    input.value = ""; // so that the same file can be chosen again
    if (!file) return;
    const number = ++reads;
    said.textContent = "";
    try {
      const [url, sides] = await read(file);
      if (number !== reads) return; // another was chosen meanwhile
      closer = fine = false;
      model.set("image_size", sides);
      model.set("centre", sides.map((side) => Math.round(side / 2)));
      model.set("image", url);
      model.save_changes();
    } catch (error) {
      if (number === reads) explain(error.message);
    }
  }

  function toSample() {
    reads += 1;
    closer = true;
    newImage(); // also if the sample is what is shown
    model.send({ show: "sample" });
  }

  svg.addEventListener("pointerdown", pressed);
  svg.addEventListener("pointermove", moved);
  svg.addEventListener("lostpointercapture", released);
  handle.addEventListener("keydown", keyOnAnimal);
  mark.addEventListener("keydown", keyOnMark);
  image.addEventListener("error", () => explain("This image cannot be drawn by this browser."));
  input.addEventListener("change", chosen);
  sample.addEventListener("click", toSample);
  zoom.addEventListener("click", () => {
    closer = fine || !closer;
    fine = false;
    draw();
  });
  cells.addEventListener("click", () => {
    fine = !fine;
    draw();
  });
  const smallAgain = enlarging(el, stage, enlarge, draw);
  const resized = new ResizeObserver(() => draw());
  resized.observe(svg);
  const heard = [
    ["change:image", newImage],
    ["change:boxes", drawAll],
    ["change:heat", drawAll],
    ["change:cells", drawAll],
    ["change:image_size", draw],
    ["change:centre", draw],
    ["change:animal_px", draw],
  ];
  for (const [event, listener] of heard) model.on(event, listener);
  drawList();
  newImage();
  return () => {
    end();
    resized.disconnect();
    smallAgain();
    for (const [event, listener] of heard) model.off(event, listener);
  };
}

export default { render };
