/* Positions are rows and columns of the block's map; places on the image are px of the network's input. */

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const KEYS = "arrow keys move the position";

function render({ model, el }) {
  let position = null; // row and column of the map that is looked at
  let channel = 0; // which of the drawn ones
  let reads = 0;

  const stage = element("div", "encdec-maps-image");
  const picture = element("canvas");
  const heat = element("canvas", "encdec-maps-heat");
  const marks = shape("svg", { class: "encdec-maps-marks", preserveAspectRatio: "none", tabindex: 0, role: "application" });
  marks.setAttribute("aria-roledescription", "image on which a position can be moved");
  stage.append(picture, heat, marks);
  const strip = element("div", "encdec-maps-strip");
  const said = element("div", "encdec-maps-said");
  const wrong = element("div", "encdec-receptive-said");
  const input = element("input", "encdec-unseen");
  input.type = "file";
  input.accept = "image/png,image/jpeg,image/gif,image/webp";
  const own = element("label", "encdec-button encdec-maps-own", "Own image …");
  own.title = "Reads a PNG, JPEG, GIF or WebP file of yours; it goes to your own kernel and nowhere else";
  own.append(input);
  el.classList.add("encdec-maps-view");
  el.append(own, wrong, stage, strip, said);

  const size = () => model.get("image").size ?? [0, 0];
  const block = () => model.get("block");
  const mapSize = () => block().size ?? [0, 0];

  function drawImage() {
    const image = model.get("image");
    stage.style.display = image.size ? "" : "none";
    if (!image.size) return;
    const [height, width] = image.size;
    stage.style.aspectRatio = `${width} / ${height}`;
    drawOn(picture, image.size, bytesOf(model.get("pixels")), image.channels);
    setAll(marks, { viewBox: `0 0 ${width} ${height}` });
    const head = model.get("head");
    heat.style.display = head.size ? "" : "none";
    if (head.size) drawHeatOn(heat, head.size, bytesOf(model.get("heat")));
    drawMarks();
  }

  function drawStrip() {
    const { channels = [], tile = [0, 0], label = "" } = block();
    const bytes = bytesOf(model.get("tiles"));
    channel = 0;
    const [rows, columns] = mapSize();
    const inside = position && position[0] < rows && position[1] < columns;
    if (!inside) position = rows ? [Math.floor(rows / 2), Math.floor(columns / 2)] : null;
    const tiles = channels.map(({ number, words }, i) => {
      const canvas = element("canvas");
      drawOn(canvas, tile, bytes, 1, i * tile[0] * tile[1]);
      const cell = element("span", "encdec-maps-cell");
      const map = element("div", "encdec-maps-tile");
      map.tabIndex = 0;
      map.title = words;
      map.style.aspectRatio = `${tile[1]} / ${tile[0]}`;
      map.setAttribute("role", "application");
      map.setAttribute("aria-roledescription", "feature map");
      map.setAttribute("aria-label", `${label}, ${words}; ${KEYS}`);
      map.append(canvas, cell);
      const caption = element("span", "encdec-maps-number", `${number}`);
      caption.setAttribute("aria-hidden", "true");
      const both = element("div", "encdec-maps-channel");
      both.append(map, caption);
      const look = () => {
        channel = i;
        tell();
      };
      map.addEventListener("focus", look);
      map.addEventListener("pointerenter", look);
      map.addEventListener("pointermove", (event) => moveTo(pointedCell(event, map)));
      map.addEventListener("keydown", keyed);
      return both;
    });
    strip.replaceChildren(...tiles);
    drawMarks();
    tell();
  }

  function pointedCell(event, map) {
    const { left, top, width, height } = map.getBoundingClientRect();
    const [rows, columns] = mapSize();
    return [Math.floor(((event.clientY - top) / height) * rows), Math.floor(((event.clientX - left) / width) * columns)];
  }

  function moveTo([row, column]) {
    const [rows, columns] = mapSize();
    if (!rows) return;
    const next = [clamp(row, 0, rows - 1), clamp(column, 0, columns - 1)];
    if (position && next[0] === position[0] && next[1] === position[1]) return;
    position = next;
    drawMarks();
    tell();
  }

  function keyed(event) {
    const way = STEPS[event.key];
    const middle = event.key === "Home" ? mapSize().map((side) => Math.floor(side / 2)) : undefined;
    if ((!way && !middle) || !position || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // what is pressed here is not for the notebook around it
    moveTo(way ? [position[0] + way[0], position[1] + way[1]] : middle);
  }

  /* The place of the position on the image, and what it sees of it, as far as that is a box. */
  function boxes() {
    const [height, width] = size();
    const [rows, columns] = mapSize();
    if (!position || !rows || !height) return [];
    const down = [position[0] / rows, (position[0] + 1) / rows].map((share) => share * height);
    const right = [position[1] / columns, (position[1] + 1) / columns].map((share) => share * width);
    const cell = { y: down[0], x: right[0], height: down[1] - down[0], width: right[1] - right[0] };
    const { sees = [], extent } = block();
    if (sees.length === 2) {
      const [top, bottom] = seenBy(sees[0], position[0]).map((place) => clamp(place, 0, height));
      const [left, end] = seenBy(sees[1], position[1]).map((place) => clamp(place, 0, width));
      return [cell, { y: top, x: left, height: Math.max(bottom - top, 0), width: Math.max(end - left, 0) }];
    }
    return extent === "the whole image" ? [cell, { y: 0, x: 0, height, width }] : [cell];
  }

  function drawMarks() {
    const [height] = size();
    const unit = (height || 1) / (marks.getBoundingClientRect().height || 236);
    const [cell, seen] = boxes();
    const { peaks = [] } = model.get("head");
    const drawn = [];
    if (seen) drawn.push(...edged("rect", seen, { colour: "#5AA9E6", dash: "", width: 2 }));
    if (cell) drawn.push(...edged("rect", cell, { colour: "#fff", dash: "3 2", width: 1.5 }));
    for (const { place, words } of peaks) {
      const point = shape("g", { class: "encdec-maps-peak" });
      const [cy, cx] = place.map((one) => one + 0.5);
      const title = shape("title", {}, words);
      point.append(
        title,
        shape("circle", { cx, cy, r: 4 * unit, fill: "#fff", stroke: "#000", "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }),
      );
      drawn.push(point);
    }
    marks.replaceChildren(...drawn);
    const [rows, columns] = mapSize();
    for (const cellOf of strip.querySelectorAll(".encdec-maps-cell")) {
      cellOf.style.display = position ? "" : "none";
      if (!position) continue;
      cellOf.style.left = `${(100 * (position[1] + 0.5)) / columns}%`;
      cellOf.style.top = `${(100 * (position[0] + 0.5)) / rows}%`;
      cellOf.style.width = `max(5px, ${100 / columns}%)`;
      cellOf.style.height = `max(5px, ${100 / rows}%)`;
    }
    marks.setAttribute("aria-label", `${model.get("image").words ?? ""} ${positionWords()} ${KEYS}`);
  }

  function positionWords() {
    if (!position) return "";
    const [rows, columns] = mapSize();
    const { strides = "", sees = [], extent = "" } = block();
    const where = `Row ${position[0] + 1} of ${rows}, column ${position[1] + 1} of ${columns}: stride ${strides}, `;
    if (sees.length !== 2) return `${where}sees ${extent}.`;
    const [[top, bottom], [left, end]] = sees.map((axis, i) => seenBy(axis, position[i]));
    const [height, width] = size();
    const cut = top < 0 || left < 0 || bottom > height || end > width ? ", cut at the border" : "";
    return `${where}sees ${Math.max(bottom - top, 0)} × ${Math.max(end - left, 0)} px${cut}.`;
  }

  /* Under the strip: the channel that the pointer or the focus is on, and what the position sees. */
  function tell() {
    const { channels = [] } = block();
    const words = channels[channel]?.words;
    said.replaceChildren(
      ...(words ? [element("div", "encdec-maps-range", `${words[0].toUpperCase()}${words.slice(1)}.`)] : []),
      ...(position ? [element("div", "", positionWords())] : []),
    );
  }

  async function chosen() {
    const [file] = input.files;
    input.value = ""; // so that the same file can be chosen again
    if (!file) return;
    const number = ++reads;
    wrong.textContent = "";
    try {
      const [colours, sides] = await coloursOf(file);
      if (number === reads) model.send({ own: sides, name: file.name }, undefined, [colours.buffer]);
    } catch (error) {
      if (number !== reads) return; // another was chosen meanwhile
      wrong.textContent = error.message;
      wrong.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: error.message }));
    }
  }

  marks.addEventListener("keydown", keyed);
  marks.addEventListener("pointermove", (event) => moveTo(pointedCell(event, marks)));
  input.addEventListener("change", chosen);
  const resized = new ResizeObserver(drawMarks);
  resized.observe(stage);
  const heard = [
    ["change:image", drawImage],
    ["change:pixels", drawImage],
    ["change:head", drawImage],
    ["change:heat", drawImage],
    ["change:block", drawStrip],
    ["change:tiles", drawStrip],
  ];
  for (const [event, listener] of heard) model.on(event, listener);
  drawImage();
  drawStrip();
  return () => {
    resized.disconnect();
    for (const [event, listener] of heard) model.off(event, listener);
  };
}

export default { render };
