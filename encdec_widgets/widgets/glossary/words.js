/* Marks words of the glossary in the texts on screen: the first of each on a page, so that the screen is not littered. What
   the kernel has not told is not marked, so that words are plain where none answers. */
const ROOTS = ".encdec, .encdec-lesson"; // each marks its own texts
const TEXTS = ".widget-html-content, .encdec-help, .encdec-words";
const LEAVE = "button, a, summary, label, legend, code, pre, svg, select, [role=button], .encdec-unseen, .encdec-lesson-unseen";
const HELP = ".encdec-help";
const PAGES = ".encdec-help, .encdec-page, .encdec-frame > *";
const TERM = "encdec-term";
const RESTS_MS = 200; // how long texts stay as they are before they are marked: none is during a drag

/* Finds words: gives pairs of a match and the name of its term. */
function finder({ pattern, words }) {
  const names = new Map();
  for (const [name, others] of Object.entries(words)) {
    for (const word of [name, ...others]) names.set(word.toLowerCase(), name);
  }
  return (text) => [...text.matchAll(new RegExp(pattern, "gi"))].map((match) => [match, names.get(match[1].toLowerCase())]);
}

function wrap(node, match, name) {
  const word = node.splitText(match.index);
  const rest = word.splitText(match[0].length);
  const mark = document.createElement("span");
  mark.className = TERM;
  mark.dataset.term = name;
  mark.tabIndex = 0;
  mark.setAttribute("role", "link"); // as of a text: buttons of the designer keep their names for themselves
  mark.setAttribute("aria-haspopup", "dialog");
  word.replaceWith(mark);
  mark.append(word);
  return rest;
}

function unwrap(mark) {
  const parent = mark.parentNode;
  mark.replaceWith(...mark.childNodes);
  parent.normalize();
}

/* Marks one text. `told` are the names that stand on its page already, above it. */
function markText(text, find, told) {
  for (const mark of [...text.querySelectorAll(`.${TERM}`)]) {
    const { term } = mark.dataset;
    const used = mark === document.activeElement || mark.classList.contains("encdec-term-open");
    if (told.has(term) && !used) unwrap(mark);
    else if (mark.checkVisibility()) told.add(term);
  }
  const nodes = [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (let node of nodes) {
    const part = node.parentElement;
    if (part.closest(LEAVE)) continue;
    let found = find(node.data).filter(([, name]) => !told.has(name));
    while (found.length && part.checkVisibility()) {
      const [match, name] = found[0];
      told.add(name);
      node = wrap(node, match, name);
      found = find(node.data).filter(([, other]) => !told.has(other));
    }
  }
}

/* A label is its control's, which a click on it is for: the help of the control ends in the words of the label. */
function tellLabel(help, find) {
  const label = help.parentElement.querySelector("label")?.textContent ?? "";
  const told = new Set(find(help.textContent).map(([, name]) => name));
  const more = find(label).filter(([, name]) => !told.has(name));
  if (!more.length) return;
  const line = document.createElement("div");
  line.textContent = `Word${more.length > 1 ? "s" : ""}: ${more.map(([match]) => match[0].toLowerCase()).join(", ")}`;
  help.append(line);
}

function markAll(root, find) {
  const pages = new Map();
  for (const text of root.querySelectorAll(TEXTS)) {
    if (text.closest(ROOTS) !== root || !text.checkVisibility()) continue;
    const page = text.closest(PAGES) ?? root;
    if (!pages.has(page)) pages.set(page, new Set());
    if (text.matches(HELP)) tellLabel(text, find);
    markText(text, find, pages.get(page));
  }
}

/* Keeps the words of a designer marked while its texts change; gives what ends it. */
function keepMarked(root, find) {
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      markAll(root, find);
      changes.takeRecords(); // its own
    }, RESTS_MS);
  };
  const changes = new MutationObserver(soon);
  changes.observe(root, { childList: true, characterData: true, subtree: true });
  const sizes = new ResizeObserver(soon); // a narrow designer shows other pages
  sizes.observe(root);
  root.addEventListener("click", soon); // a page that is turned to
  root.addEventListener("toggle", soon, true); // what is unfolded
  soon();
  return () => {
    clearTimeout(timer);
    changes.disconnect();
    sizes.disconnect();
    root.removeEventListener("click", soon);
    root.removeEventListener("toggle", soon, true);
  };
}
