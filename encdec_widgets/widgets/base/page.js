const CONTROLS = "button, input, select, textarea, [tabindex='0']";
const NOTICED_PX = 4; // a change of the picture's size that is worth a drawing
const SMALLEST_PX = 120; // a smaller picture is of a tab that is hidden or being opened
const RESTS_MS = 150; // how long a size stays before it is told

/* Plotly measures its place when it draws and when the window changes. Neither tells of a picture that was drawn before
   the page was laid out, or of a side bar that was opened: so whatever changes the size of the picture's place is told
   as a change of the window. The kernel is told as well, once the size stays: it places boxes and words by it. */
function followSize(model, root) {
  const picture = root.querySelector(".encdec-picture");
  let timer = null;
  const tell = () => {
    const room = [Math.round(picture.clientWidth), Math.round(picture.clientHeight)];
    const told = model.get("room");
    const differs = room.some((length, index) => Math.abs(length - told[index]) > NOTICED_PX);
    if (room.every((length) => length >= SMALLEST_PX) && differs) {
      model.set("room", room);
      model.save_changes();
    }
  };
  const observer = new ResizeObserver(() => {
    window.dispatchEvent(new Event("resize"));
    clearTimeout(timer);
    timer = setTimeout(tell, RESTS_MS);
  });
  observer.observe(picture);
  const drawn = new MutationObserver(() => {
    if (!picture.querySelector(".main-svg")) return;
    drawn.disconnect();
    window.dispatchEvent(new Event("resize"));
  });
  drawn.observe(picture, { childList: true, subtree: true });
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    drawn.disconnect();
  };
}

/* What changes while a pointer is down is one step to undo. Two messages a drag, none for keys. */
function tellWhatIsHeld(model, root) {
  const tell = (held) => {
    if (model.get("held") !== held) {
      model.set("held", held);
      model.save_changes();
    }
  };
  const down = (event) => event.button === 0 && event.target.closest(".widget-slider") && tell(true);
  const up = () => tell(false);
  const left = (event) => event.target === window && tell(false); // not a control that lost the focus
  const listeners = [
    [root, "pointerdown", down],
    [window, "pointerup", up],
    [window, "pointercancel", up],
    [window, "blur", left],
  ];
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener, true);
  return () => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener, true);
  };
}

/* Ctrl+Z and Ctrl+Y, also with Shift and on a Mac; a text that is being typed, and not taken yet, has its own. They are the designer's as
   well when nothing has the focus because the control that had it went with its block. */
function undoByKeys(root) {
  let inside = false;
  let typing = false;
  const focused = (event) => {
    inside = root.contains(event.target);
    typing = false;
  };
  const typed = () => (typing = true);
  const committed = () => (typing = false);
  const pressed = (event) => {
    if (!root.contains(event.target) && !(inside && event.target === document.body)) return;
    const key = event.key?.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key)) return;
    if (typing && event.target.matches("textarea, input:not([type=checkbox])")) return;
    const button = root.querySelector(key === "y" || event.shiftKey ? ".encdec-redo" : ".encdec-undo");
    event.preventDefault();
    event.stopPropagation();
    button?.click();
  };
  const listeners = [
    [document, "focusin", focused],
    [document, "keydown", pressed],
    [root, "input", typed],
    [root, "change", committed],
  ];
  // On their way in: ipywidgets' boxes for text stop keys on their way out.
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener, true);
  return () => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener, true);
  };
}

/* What ipywidgets and plotly leave without a name or a state for screen readers: handles of sliders, buttons of which one is
   pressed, the picture. */
function nameForReaders(root) {
  const tellTenths = () => {
    for (const handle of root.querySelectorAll(".encdec-tenths .noUi-handle")) {
      const value = String(Number(handle.getAttribute("aria-valuenow")) / 10); // its slider counts in tenths
      if (handle.getAttribute("aria-valuetext") !== value) handle.setAttribute("aria-valuetext", value);
    }
  };
  const moves = new MutationObserver(tellTenths);
  moves.observe(root, { attributeFilter: ["aria-valuetext"], subtree: true });
  const name = () => {
    tellTenths();
    for (const handle of root.querySelectorAll(".encdec-row .noUi-handle:not([aria-label])")) {
      const label = handle.closest(".encdec-row").querySelector(".encdec-integer > label, .encdec-real > label");
      handle.setAttribute("aria-label", `${label.textContent}, slider`); // the number has the plain name
    }
    for (const button of root.querySelectorAll(".encdec-views button")) {
      button.setAttribute("aria-pressed", button.classList.contains("mod-active"));
    }
    const picture = root.querySelector(".encdec-picture");
    picture.setAttribute("role", "group");
    picture.setAttribute("aria-label", "Picture of the network; the table has the same facts");
  };
  const soon = () => requestAnimationFrame(name); // when the widgets have answered
  // A page that is made when it is first turned to comes later than that.
  const brings = (node) => node.nodeType === 1 && (node.matches(".noUi-origin, .noUi-base") || node.querySelector(".noUi-handle"));
  const comes = new MutationObserver((changes) => {
    if (changes.some(({ addedNodes }) => [...addedNodes].some(brings))) soon();
  });
  comes.observe(root, { childList: true, subtree: true });
  name();
  root.addEventListener("focusin", name);
  root.addEventListener("click", soon);
  return () => {
    moves.disconnect();
    comes.disconnect();
    root.removeEventListener("focusin", name);
    root.removeEventListener("click", soon);
  };
}

/* A page that has a designer alone, as the app's, has its main part in it; elsewhere it is a region among others. */
function nameLandmark(root) {
  const others = [...document.querySelectorAll("main, [role=main]")].filter((main) => main !== root);
  root.setAttribute("role", others.length ? "region" : "main");
  root.setAttribute("aria-label", "Designer of encoder-decoder networks");
  return () => {};
}

/* A button that is disabled, hidden or taken away by what it has done leaves the keyboard nowhere. It goes on then from the
   nearest control of the same group, or of the group around that; from a button that mended something, to Undo. */
function keepFocus(root) {
  const usable = (control) => control.isConnected && !control.disabled && control.getClientRects().length > 0;
  let part = null; // what has the focus
  let next = []; // where it goes on, the nearest control of the smallest group first
  const entered = (event) => {
    part = root.contains(event.target) ? event.target : null;
    next = part?.closest(".encdec-mends") ? [root.querySelector(".encdec-undo")] : [];
    for (let group = part?.parentElement; group && root.contains(group); group = group.parentElement) {
      const controls = [...group.querySelectorAll(CONTROLS)];
      const place = controls.indexOf(part);
      next.push(...controls.slice(place + 1), ...controls.slice(0, Math.max(place, 0)).reverse());
    }
  };
  const left = () => {
    const before = part;
    // What a person has left is still of use a moment later; what has gone is not.
    setTimeout(() => {
      if (part === before && part && usable(part) && document.activeElement !== part) part = null;
    });
  };
  const check = () => {
    const active = document.activeElement;
    if (!part || ![null, document.body, part].includes(active) || usable(part)) return; // after a frame: its layout is known
    part = null;
    next.find((control) => control && usable(control))?.focus({ preventScroll: true });
  };
  let frame;
  const soon = () => (frame ??= requestAnimationFrame(() => ((frame = undefined), setTimeout(check)))); // when the page has let go
  const changes = new MutationObserver(() => part && soon());
  changes.observe(root, { attributeFilter: ["disabled", "style", "class"], childList: true, subtree: true });
  document.addEventListener("focusin", entered, true);
  root.addEventListener("focusout", left, true);
  return () => {
    cancelAnimationFrame(frame);
    changes.disconnect();
    document.removeEventListener("focusin", entered, true);
    root.removeEventListener("focusout", left, true);
  };
}

/* What comes of something that was pressed is seen: its column scrolls to it, for whoever works here; nothing else moves. */
function showAnswers(root) {
  const scrolls = (node) => node.scrollHeight > node.clientHeight && /auto|scroll/.test(getComputedStyle(node).overflowY);
  const come = (answer) => {
    let column = answer.parentElement;
    while (column !== root && !scrolls(column)) column = column.parentElement;
    if (column === root) return;
    const [seen, there] = [column.getBoundingClientRect(), answer.getBoundingClientRect()];
    if (answer.classList.contains("encdec-answer-top")) column.scrollTop += there.top - seen.top - 2;
    else if (there.bottom > seen.bottom) column.scrollTop += there.bottom - seen.bottom + 8;
    else if (there.top < seen.top) column.scrollTop += there.top - seen.top - 8;
  };
  const added = (node) => {
    const answer = node.matches?.(".encdec-answer") ? node : node.querySelector?.(".encdec-answer");
    if (!answer || !root.contains(document.activeElement)) return;
    // What stands below it is drawn in the frames that follow; until then its column may be too short to scroll so far.
    const again = (frames) => {
      if (!answer.isConnected) return;
      come(answer);
      if (frames && answer.classList.contains("encdec-answer-top")) requestAnimationFrame(() => again(frames - 1));
    };
    requestAnimationFrame(() => again(20));
  };
  const changes = new MutationObserver((records) => records.forEach((record) => record.addedNodes.forEach(added)));
  changes.observe(root, { childList: true, subtree: true });
  return () => changes.disconnect();
}

function render({ model, el }) {
  let frame;
  let ends = [];
  const begin = () => {
    const root = el.closest(".encdec");
    if (root?.querySelector(".encdec-picture")) {
      ends = [
        followTheme(model, root),
        followSize(model, root),
        hideStill(model),
        tellWhatIsHeld(model, root),
        keepKeys(root),
        undoByKeys(root),
        nameLandmark(root),
        nameForReaders(root),
        keepFocus(root),
        showAnswers(root),
        readAloud(model, root, el),
        tellWhenTheKernelIsGone(model, root, el),
      ];
    } else frame = requestAnimationFrame(begin); // not on the page yet
  };
  begin();
  return () => {
    cancelAnimationFrame(frame);
    for (const end of ends) end();
  };
}

export default { render };
