/* The layer over the picture. It is one tab stop: its buttons are for the pointer, each of them has a key. */

function element(name, className = "", attributes = {}) {
  const made = document.createElement(name);
  made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const BAR = { width: 36, height: 160, more: 32, bottom: 44, top: 24, name: 20 }; // px: of the buttons, of one more, and of the names below boxes

const ICONS = {
  in: "M8 3v10M3 8h10",
  out: "M3 8h10",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  present: "M2 3h12v8H2zM8 11v3M5.5 14h5",
  lasso: "M8 10.5C4.5 10.5 2 9 2 6.5S4.5 2.5 8 2.5s6 1.5 6 4-2.5 4-6 4zM8 10.5c-2 0-2.5 2-1 2s1.5 2 0 2",
};

function tool(icon, label, key, act) {
  const button = element("button", "encdec-tool", { type: "button", tabindex: -1, title: `${label} (${key})` });
  button.setAttribute("aria-label", label);
  button.setAttribute("aria-keyshortcuts", key);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[icon]);
  svg.append(path);
  button.append(svg);
  button.addEventListener("click", act);
  return button;
}

/* What can be downloaded, beside the button that asks. */
function kinds(ask, left) {
  const menu = element("div", "encdec-kinds", { role: "group", "aria-label": "Download the picture as" });
  const buttons = [["svg", "SVG"], ["png", "PNG, twice the size"]].map(([kind, label]) => {
    const button = element("button", "encdec-kind", { type: "button", tabindex: -1 });
    button.textContent = label;
    button.addEventListener("click", () => (ask(kind), close(true)));
    return button;
  });
  menu.hidden = true;
  menu.append(...buttons);
  const close = (back = false) => {
    if (menu.hidden) return;
    menu.hidden = true;
    if (back) left();
  };
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
    else if (event.key === "Escape") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  menu.addEventListener("focusout", (event) => menu.contains(event.relatedTarget) || close());
  const open = () => {
    menu.hidden = false;
    buttons[0].focus();
  };
  return { menu, toggle: () => (menu.hidden ? open() : close(true)) };
}

/* Puts the buttons where no box of the whole picture is: at the bottom right, at the top right, or else above it. A
   picture that is zoomed may lie below them. */
function stand(model, el, bar) {
  const plot = plotUnder(el);
  if (!plot) return;
  const { xaxis, yaxis, width, height } = plot._fullLayout; // not the page's: that would have to be laid out first
  if (JSON.stringify([xaxis.range, yaxis.range]) !== JSON.stringify(model.get("fit"))) return;
  const boxes = model.get("stops").map((stop) => placeOf(plot, stop.rect));
  const taken = (top, bottom) =>
    boxes.some((box) => box.x + box.width > width - BAR.width && box.y < bottom && box.y + box.height + BAR.name > top);
  const below = height - BAR.bottom;
  const tall = BAR.height + (model.get("can_be_pinned") ? BAR.more : 0);
  const place = !taken(below - tall, below) ? "" : !taken(BAR.top, BAR.top + tall) ? "top" : "above";
  if (bar.dataset.place !== place) bar.dataset.place = place;
}

function render({ model, el }) {
  el.classList.add("encdec-hands");
  const zoom = zoomer(model, el);
  const placed = (rect) => {
    const plot = plotUnder(el);
    return plot && placeOf(plot, rect);
  };
  const before = ghost(model, placed);
  const still = steadiness(model);
  const walk = walker(model, {
    choose: (name) => model.send({ choose: name }),
    remove: (name) => model.send({ remove: name }),
    pin: (names) => model.send({ pin: names }),
    open: () => el.dispatchEvent(new CustomEvent("encdec-checks", { bubbles: true })), // the foot hears it
    reveal: zoom.reveal,
    placed,
  });
  const focus = () => walk.list.focus({ preventScroll: true });
  let waits = false; // the same designer may be on screen twice, and the file goes to the one that asked
  const downloads = kinds((kind) => {
    waits = true;
    model.send({ download: kind });
  }, focus);
  const presenting = presenter(el, (now) => {
    tools.present.setAttribute("aria-pressed", String(now));
    focus();
  });
  const around = lasso(model, placed, {
    caught: (names) => model.send({ pin: names }),
    changed: (now) => tools.lasso.setAttribute("aria-pressed", String(now)),
  });
  const tools = {
    lasso: tool("lasso", "Pin designs with a lasso", "L", around.toggle),
    in: tool("in", "Zoom in", "+", zoom.in),
    out: tool("out", "Zoom out", "-", zoom.out),
    fit: tool("fit", "Fit", "0", zoom.fit),
    download: tool("download", "Download", "D", downloads.toggle),
    present: tool("present", "Present", "P", presenting.toggle),
  };
  tools.present.setAttribute("aria-pressed", "false");
  tools.lasso.setAttribute("aria-pressed", "false");
  const bar = element("div", "encdec-tools", { role: "toolbar", "aria-label": "Picture" });
  bar.append(tools.lasso, tools.in, tools.out, tools.fit, tools.download, tools.present, downloads.menu);
  el.append(before.svg, walk.list, walk.ring, walk.signs, around.sheet, bar);

  const keys = {
    "+": zoom.in, "=": zoom.in, "-": zoom.out, _: zoom.out, 0: zoom.fit,
    d: downloads.toggle, p: presenting.toggle, l: () => model.get("can_be_pinned") && around.toggle(),
    Escape: () => around.leave() || walk.list.blur(),
  };
  walk.list.addEventListener("keydown", (event) => {
    const act = !(event.ctrlKey || event.metaKey || event.altKey) && keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.defaultPrevented) return;
    event.preventDefault();
    act();
  });

  const stopped = () => {
    tools.lasso.hidden = !model.get("can_be_pinned");
    if (tools.lasso.hidden) around.leave();
    walk.draw();
    stand(model, el, bar);
  };

  let picture = null;
  const wheel = (event) => zoom.wheel(event);
  const up = (event) => event.target.closest("button") || focus();
  const adopt = () => {
    if (picture) return;
    picture = el.closest(".encdec-picture");
    picture?.addEventListener("wheel", wheel, { passive: false, capture: true });
    picture?.addEventListener("pointerup", up);
  };
  const follow = () => {
    walk.place();
    before.place();
  };
  const end = followPlot(el, {
    plotly_afterplot: () => {
      adopt();
      stand(model, el, bar);
      follow();
      const plot = plotUnder(el);
      if (plot) still.drawn(plot);
    },
    plotly_relayouting: follow,
    plotly_doubleclick: zoom.fit,
    plotly_click: ({ xPixel, yPixel }) => {
      const plot = plotUnder(el);
      const hit = plot && under(plot, xPixel, yPixel);
      if (hit?.box) {
        walk.pointed(hit.box);
        model.send({ choose: hit.box });
      } else if (hit && still.steady(plot)) model.send({ skip: hit.skip, made: hit.made });
    },
  });

  const told = ({ say, save: svg, kind, name }) => {
    if (say) el.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: say }));
    if (svg && waits) save(svg, kind, name);
    if (svg) waits = false;
  };
  model.on("change:stops change:what change:help change:can_be_pinned", stopped);
  model.on("change:selected", walk.drawSelection);
  model.on("change:before", before.show);
  model.on("msg:custom", told);
  tools.lasso.hidden = !model.get("can_be_pinned");
  walk.draw();
  return () => {
    end();
    presenting.leave();
    picture?.removeEventListener("wheel", wheel, { capture: true });
    picture?.removeEventListener("pointerup", up);
    model.off("change:stops change:what change:help change:can_be_pinned", stopped);
    model.off("change:selected", walk.drawSelection);
    model.off("change:before", before.show);
    model.off("msg:custom", told);
  };
}

export default { render };
