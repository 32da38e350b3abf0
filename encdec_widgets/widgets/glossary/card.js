/* The card of an entry, in the page's top layer, so that no column cuts it off. Escape closes it and gives the keyboard back. */
const GAP = 6;

function element(kind, className, text = "") {
  const made = document.createElement(kind);
  made.className = className;
  made.textContent = text;
  return made;
}

function button(text, press, className = "encdec-term-link") {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

/* `ask(name)` promises an entry; `names` are those of all. Gives what opens the card at a word, and what ends it. */
function termCard(root, ask, names) {
  const id = `encdec-term-${Math.random().toString(36).slice(2)}`; // a designer may be on screen twice
  const card = element("div", "encdec-term-card");
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-labelledby", id);
  card.setAttribute("popover", "manual");
  card.tabIndex = -1;
  root.append(card);
  let opener = null;
  let around; // where the word is, or was last seen
  let name = "";

  /* Below the word or above it, else beside it, so that it is seen; in a small window over it. */
  function place() {
    if (opener.isConnected && opener.checkVisibility()) around = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const [farthest, lowest] = [innerWidth - width - GAP, innerHeight - height - GAP];
    const [above, before] = [around.top - GAP - height, around.left - GAP - width];
    let [x, y] = [around.left, around.bottom + GAP];
    if (y > lowest && above >= GAP) y = above;
    else if (y > lowest) {
      const after = around.right + GAP;
      x = after <= farthest ? after : before >= GAP ? before : x;
    }
    card.style.left = `${Math.max(GAP, Math.min(x, farthest))}px`;
    card.style.top = `${Math.max(GAP, Math.min(y, lowest))}px`;
  }

  function fill(title, parts, links) {
    const head = element("h4", "encdec-term-title", title);
    head.id = id;
    const more = element("p", "encdec-term-more");
    more.append(...links.flatMap((link) => [link, " "]));
    card.replaceChildren(head, button("×", () => close(true), "encdec-term-close"), ...parts, more);
    card.querySelector(".encdec-term-close").setAttribute("aria-label", "Close");
    place();
  }

  const link = (other) => button(other, () => turn(other));
  const all = () => button("All words", turnToAll, "encdec-term-link encdec-term-all");

  function turnToAll() {
    name = "";
    fill("All words", [], names.map(link));
    card.focus();
  }

  async function turn(other) {
    name = other;
    fill(other, [element("p", "encdec-term-text", "…")], [all()]);
    card.focus();
    const entry = await ask(other);
    if (name !== other || !card.matches(":popover-open")) return; // something else was opened meanwhile
    const within = card.contains(document.activeElement);
    const figure = element("figure", "encdec-term-figure");
    figure.innerHTML = entry.svg; // of the kernel
    figure.append(element("figcaption", "", entry.caption));
    fill(entry.title, [element("p", "encdec-term-text", entry.text), figure], [...entry.related.map(link), all()]);
    if (within) card.focus();
  }

  function open(mark) {
    opener?.classList.remove("encdec-term-open");
    opener = mark;
    opener.classList.add("encdec-term-open");
    around = mark.getBoundingClientRect();
    if (!card.matches(":popover-open")) card.showPopover();
    turn(mark.dataset.term);
  }

  /* The keyboard goes back to the word; where that is not seen any more, to the control that it explains. */
  function close(back) {
    if (!card.matches(":popover-open")) return;
    const before = opener;
    opener = null;
    card.hidePopover();
    before.classList.remove("encdec-term-open");
    if (!back) return;
    const control = before.closest(".encdec-row")?.querySelector("input:not([disabled]), select:not([disabled])");
    (before.checkVisibility() ? before : control)?.focus({ preventScroll: true });
  }

  const pressed = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  };
  const left = (event) => event.relatedTarget && !card.contains(event.relatedTarget) && close(false);
  const down = (event) => !card.contains(event.target) && !opener?.contains(event.target) && close(false);
  const resized = () => card.matches(":popover-open") && place();
  card.addEventListener("keydown", pressed);
  card.addEventListener("focusout", left);
  document.addEventListener("pointerdown", down, true);
  window.addEventListener("resize", resized);
  const end = () => {
    document.removeEventListener("pointerdown", down, true);
    window.removeEventListener("resize", resized);
    card.remove();
  };
  return { open, end };
}
