const ASK_AGAIN = 5000; // ms
const MOST_TIMES = 12;

/* What the kernel tells is asked for once: the words when the designer is drawn, an entry when it is first opened. The words
   are asked for again while no answer comes: on a busy machine the page may be there before the kernel hears it. */
function kernelsWords(model) {
  const waiting = new Map();
  const known = new Map();
  let heard;
  const words = new Promise((resolve) => (heard = resolve));
  const told = (message) => {
    if (message.words) heard(message);
    if (message.entry) waiting.get(message.entry)?.(message);
  };
  model.on("msg:custom", told);
  let times = 0;
  const askForWords = () => {
    model.send({ ask: "words" });
    times += 1;
    if (times === MOST_TIMES) clearInterval(again);
  };
  const again = setInterval(askForWords, ASK_AGAIN);
  askForWords();
  words.then(() => clearInterval(again));
  const ask = (name) => {
    if (!known.has(name)) {
      known.set(name, new Promise((resolve) => waiting.set(name, resolve)));
      model.send({ ask: [name] });
    }
    return known.get(name);
  };
  const end = () => {
    clearInterval(again);
    model.off("msg:custom", told);
  };
  return { words, ask, end };
}

function openByWords(root, open) {
  const marked = (event) => {
    const mark = event.target.closest?.(".encdec-term");
    return mark?.closest(ROOTS) === root ? mark : null; // a designer in a lesson opens its own words
  };
  const clicked = (event) => marked(event) && open(marked(event));
  const pressed = (event) => {
    if (!["Enter", " "].includes(event.key) || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!marked(event)) return;
    event.preventDefault();
    event.stopPropagation();
    open(marked(event));
  };
  root.addEventListener("click", clicked);
  root.addEventListener("keydown", pressed);
  return () => {
    root.removeEventListener("click", clicked);
    root.removeEventListener("keydown", pressed);
  };
}

function render({ model, el }) {
  let frame;
  let over = false;
  const ends = [];
  const begin = async () => {
    const root = el.closest(ROOTS);
    if (!root) {
      frame = requestAnimationFrame(begin); // not on the page yet
      return;
    }
    const { words, ask, end } = kernelsWords(model);
    ends.push(end);
    const told = await words;
    if (over) return;
    const card = termCard(root, ask, Object.keys(told.words));
    ends.push(card.end, openByWords(root, card.open), keepMarked(root, finder(told)));
  };
  begin();
  return () => {
    over = true;
    cancelAnimationFrame(frame);
    for (const end of ends) end();
  };
}

export default { render };
