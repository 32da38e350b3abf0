/* What is trained just now: how far it is, the score, six pictures with the predictions over them, and the losses. */
const TILES = 6;

function made(name, className, parent) {
  const element = document.createElement(name);
  element.className = className;
  parent.append(element);
  return element;
}

/* The pictures of one network. A picture is shown once it is decoded, so that nothing flickers. */
function pictures(parent) {
  const tiles = made("div", "encdec-learn-tiles", parent);
  tiles.setAttribute("role", "img");
  for (let number = 0; number < TILES; number++) {
    made("div", "", tiles).style.backgroundPositionX = `${(number * 100) / (TILES - 1)}%`;
  }
  let [shown, newest] = ["", ""];
  const forget = (url) => url && URL.revokeObjectURL(url);
  async function draw(bytes, words) {
    tiles.setAttribute("aria-label", words);
    tiles.hidden = !bytes?.byteLength;
    if (tiles.hidden) return;
    const url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
    newest = url;
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
    } catch {
      return forget(url); // it went before it was drawn
    }
    if (url !== newest) return forget(url);
    tiles.style.setProperty("--encdec-pictures", `url(${url})`);
    forget(shown);
    shown = url;
  }
  const end = () => {
    newest = "";
    forget(shown);
  };
  return { draw, end };
}

function render({ model, el }) {
  el.classList.add("encdec-learn-view");
  const bar = made("progress", "encdec-learn-bar", el);
  bar.max = 1;
  bar.setAttribute("aria-label", "how much of the time is over");
  const parts = made("div", "", el);
  const curve = made("div", "encdec-learn-curve", el);
  let drawn = "";
  let runs = [];
  let known = []; // the bytes that are drawn: a message that brings others alone leaves these as they are

  function makeRuns(count) {
    for (const run of runs) run.pictures.end();
    parts.replaceChildren();
    known = [];
    parts.classList.toggle("encdec-learn-two", count > 1);
    runs = Array.from({ length: count }, () => {
      const part = made("div", "encdec-learn-run", parts);
      const name = made("div", "encdec-learn-name", part);
      const score = made("div", "encdec-learn-score", part);
      return { name, score, pictures: pictures(part) };
    });
  }

  function draw() {
    const told = model.get("runs");
    if (told.length !== runs.length) makeRuns(told.length);
    bar.hidden = !model.get("running");
    bar.value = model.get("share");
    told.forEach((run, index) => {
      runs[index].name.textContent = run.name;
      runs[index].score.textContent = run.score;
      if (known[index] !== run.pictures) runs[index].pictures.draw(run.pictures, run.words);
      known[index] = run.pictures;
    });
    if (drawn !== model.get("curve")) curve.innerHTML = drawn = model.get("curve");
  }

  model.on("change", draw); // once for all that one message brings
  draw();
  return () => {
    model.off("change", draw);
    for (const run of runs) run.pictures.end();
  };
}

export default { render };
