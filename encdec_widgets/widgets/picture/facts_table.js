/* Whatever is written becomes text nodes, never HTML: names come from people and may hold anything.
   Order is the page's own affair: sorting asks nothing of the kernel, and each display has an order of its own. */

const KINDS = {
  blocks: { label: "Blocks", what: "Blocks of the network" },
  layers: { label: "Layers", what: "Layers of the network" },
  "block costs": { label: "Block costs", what: "Costs and receptive fields of the blocks" },
  "layer costs": { label: "Layer costs", what: "Costs and receptive fields of the layers" },
  designs: { label: "Designs", what: "Designs of the sweep" },
  hide: { label: "Hide", what: "Nothing" },
};
const TEXTS = new Intl.Collator("en", { numeric: true }); // as people count: "enc2" before "enc10"
const ORDERS = { none: "ascending", ascending: "descending", descending: "none" };

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  if (name === "button") made.type = "button";
  return made;
}

/* A cell as people read it. Strides are written as in the picture: "1/2" where a map is larger than the input. */
function written(value, column) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return String(value);
  if (column === "stride" && value > 0 && value < 1) return `1/${Number((1 / value).toPrecision(6))}`;
  return value.toLocaleString("en-US");
}

/* These touch only what differs: in a large table each change costs the page some work. */
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/* A text with places where a name may go on in the next line: "Simple|Conv|Block", "stack0_|enc0_|conv0", and after
   14 characters anywhere, so that no name makes the table wider than its place. */
function setName(node, text) {
  if (node.textContent === text) return;
  const words = text.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=_)|(?<= )/);
  const parts = words.flatMap((word) => word.match(/[^]{1,14}/gu) ?? []);
  node.replaceChildren(...parts.flatMap((part, i) => (i ? [element("wbr"), part] : [part])));
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return TEXTS.compare(a, b);
}

/* The numbers of the rows in the order that is shown: stable, and what is not known always last. */
function ordered(rows, column, order) {
  const numbers = rows.map((_, i) => i);
  if (column < 0 || order === "none") return numbers;
  const sign = order === "ascending" ? 1 : -1;
  return numbers.sort((i, j) => {
    const [a, b] = [rows[i][column], rows[j][column]];
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * compare(a, b);
  });
}

/* Put children into this order, and touch none if they are: an element that is moved loses the focus. */
function arrange(parent, children) {
  if (children.length === parent.children.length && children.every((c, i) => c === parent.children[i])) return;
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  parent.replaceChildren(...children);
  if (focused && parent.contains(focused)) focused.focus({ preventScroll: true });
}

function render({ model, el }) {
  const sorts = {}; // for each kind of rows: { column, order }
  const rowOf = new Map(); // the row element of each block or layer, kept across updates with its focus
  let elements = []; // of the rows, in the network's order
  let order = []; // numbers of the rows, in the order that is shown

  const kinds = element("div", "encdec-facts-kinds");
  kinds.setAttribute("role", "group");
  kinds.setAttribute("aria-label", "Table shows");
  const switches = Object.entries(KINDS).map(([kind, { label }]) => {
    const button = element("button", "encdec-facts-button", label);
    button.addEventListener("click", () => {
      model.set("kind", kind);
      model.save_changes();
    });
    kinds.append(button);
    return [kind, button];
  });
  const copy = element("button", "encdec-facts-button", "Copy as CSV");
  copy.title = "Copies the rows in the order shown, for a spreadsheet";
  const said = element("span", "encdec-facts-said");
  const bar = element("div", "encdec-facts-bar");
  bar.append(kinds, copy, said);

  const byHand = element("textarea", "encdec-facts-csv");
  byHand.readOnly = true;
  byHand.setAttribute("aria-label", "The table as CSV, to be copied by hand");

  const caption = element("caption", "encdec-facts-unseen");
  const headers = element("tr");
  const body = element("tbody");
  const head = element("thead");
  head.append(headers);
  const table = element("table");
  table.append(caption, head, body);
  const box = element("div", "encdec-facts-box");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.append(table);
  el.classList.add("encdec-facts");
  el.append(bar, byHand, box);

  const columnsOf = (shown) => shown.columns ?? [];

  function drawHeaders(columns, numeric) {
    const cells = columns.map((column, i) => {
      let cell = headers.children[i];
      if (!cell) {
        cell = element("th");
        cell.scope = "col";
        const button = element("button", "encdec-facts-sort");
        button.addEventListener("click", () => sortBy(button.textContent));
        cell.append(button);
      }
      setText(cell.firstChild, column);
      setAttribute(cell, "class", numeric[i] ? "encdec-facts-number" : "");
      return cell;
    });
    arrange(headers, cells);
  }

  function rowElement(key) {
    let row = rowOf.get(key);
    if (!row) {
      row = element("tr");
      const name = element("th");
      name.scope = "row";
      name.append(element("button", "encdec-facts-choose"));
      row.append(name);
      rowOf.set(key, row);
    }
    return row;
  }

  function drawRow(row, values, texts, columns, numeric) {
    while (row.children.length < values.length) row.append(element("td"));
    while (row.children.length > values.length) row.lastChild.remove();
    const put = columns[0] === "design" ? setText : setName; // a name of a design is of plain words, in one line
    values.forEach((value, i) => {
      const cell = row.children[i];
      const places = { "skip from": skipPlace, pin: pinPlace };
      const place = places[columns[i]]?.(row, cell, values[0]) ?? cell;
      put(i ? place : cell.firstChild, texts?.[i] ?? written(value, columns[i]));
      if (i) setAttribute(cell, "class", numeric[i] ? "encdec-facts-number" : "");
    });
  }

  /* Where the sources of a row's skip connection are written: beside the button that takes it in or out, if it can be. */
  function skipPlace(row, cell, name) {
    const made = model.get("table").skips[row.encdecBlock];
    if (made === undefined || !cell.querySelector("button")) cell.replaceChildren();
    if (made === undefined) return cell;
    if (!cell.firstChild) {
      const button = element("button", "encdec-facts-button");
      button.addEventListener("click", (event) => {
        event.stopPropagation(); // the row is not chosen
        model.send({ switched: row.encdecBlock });
      });
      cell.append(element("span"), button);
    }
    const [place, button] = cell.children;
    setText(button, made ? "Take out" : "Take in");
    setAttribute(button, "aria-label", `${button.textContent} the skip connection into ${name}`);
    return place;
  }

  /* Where it is written whether a design is pinned: beside the button that pins it, if it can be. */
  function pinPlace(row, cell, name) {
    const pinned = model.get("table").pins[row.encdecBlock];
    if (pinned !== false || !cell.querySelector("button")) cell.replaceChildren();
    if (pinned) cell.append(element("span"), element("span", "", "pinned"));
    if (pinned !== false) return cell.firstChild ?? cell;
    if (!cell.firstChild) {
      const button = element("button", "encdec-facts-button", "Pin");
      setAttribute(button, "aria-label", `Pin ${name}`);
      button.addEventListener("click", (event) => {
        event.stopPropagation(); // the row is not chosen
        model.send({ pinned: row.encdecBlock });
      });
      cell.append(element("span"), button);
    }
    return cell.firstChild;
  }

  function draw() {
    const shown = model.get("table");
    const columns = columnsOf(shown);
    const rows = shown.rows ?? [];
    const numeric = columns.map((_, i) => rows.some((row) => typeof row[i] === "number"));
    drawHeaders(columns, numeric);
    elements = rows.map((values, i) => {
      const row = rowElement(JSON.stringify([shown.kind, shown.blocks[i], values[0]]));
      row.encdecBlock = shown.blocks[i];
      drawRow(row, values, shown.texts[i], columns, numeric);
      return row;
    });
    const kept = new Set(elements);
    for (const [key, row] of rowOf) if (!kept.has(row)) rowOf.delete(key);
    const { what } = KINDS[shown.kind ?? "blocks"];
    setAttribute(table, "class", `encdec-facts-${(shown.kind ?? "blocks").replace(" ", "-")}`);
    setText(caption, `${what}, ${rows.length}. The buttons in the header sort the rows, the button of a row chooses it.`);
    box.setAttribute("aria-label", what);
    drawOrder();
    drawSelection();
  }

  function drawOrder() {
    const shown = model.get("table");
    const columns = columnsOf(shown);
    const sort = sorts[shown.kind] ?? { column: "", order: "none" };
    columns.forEach((column, i) => {
      setAttribute(headers.children[i], "aria-sort", sort.column === column ? sort.order : "none");
    });
    order = ordered(shown.rows ?? [], columns.indexOf(sort.column), sort.order);
    arrange(body, order.map((i) => elements[i]));
  }

  function drawSelection() {
    const selected = new Set(model.get("selected"));
    for (const row of elements) {
      const chosen = String(selected.has(row.encdecBlock));
      setAttribute(row, "aria-selected", chosen);
      setAttribute(row.firstChild.firstChild, "aria-pressed", chosen);
    }
  }

  function drawKind() {
    const wanted = model.get("kind");
    for (const [kind, button] of switches) {
      button.setAttribute("aria-pressed", String(kind === wanted));
      button.hidden = kind === "designs" && !model.get("has_designs");
    }
    const hidden = wanted === "hide" || !columnsOf(model.get("table")).length;
    box.hidden = hidden;
    copy.hidden = hidden;
    box.setAttribute("aria-busy", String(!hidden && model.get("table").kind !== wanted));
  }

  function changed() {
    byHand.hidden = true;
    setText(said, "");
    draw();
    drawKind();
  }

  function sortBy(column) {
    const shown = model.get("table");
    const sort = sorts[shown.kind];
    sorts[shown.kind] = { column, order: ORDERS[sort?.column === column ? sort.order : "none"] };
    drawOrder();
    box.scrollTop = 0;
  }

  /* Shows a text beside the buttons, and has the designer around it read it aloud. */
  function tell(text) {
    setText(said, text);
    said.dispatchEvent(new CustomEvent("encdec-say", { bubbles: true, detail: text }));
  }

  async function copyShown() {
    const { csv } = model.get("table");
    const text = csv[0] + order.map((i) => csv[i + 1]).join("");
    const copied = `Copied ${order.length} rows as CSV.`;
    byHand.hidden = true;
    setText(said, "");
    try {
      await navigator.clipboard.writeText(text); // there is no clipboard on a page that came by plain http
      tell(copied);
    } catch {
      byHand.hidden = false;
      byHand.value = text;
      byHand.focus();
      byHand.select();
      byHand.addEventListener("copy", () => tell(copied), { once: true });
      tell("The browser did not let the table be copied. It is selected below: press Ctrl+C or ⌘C, then Esc.");
    }
  }

  function choose(event) {
    const row = event.target.closest("tr");
    const marked = document.getSelection();
    // A click that marks text of a row, to copy it, does not choose the row.
    if (!event.target.closest("button") && !marked.isCollapsed && marked.containsNode(row, true)) return;
    model.send({ chosen: row.encdecBlock });
  }

  /* JupyterLab has single keys for its cells ("x" cuts one): those that are pressed in the table stay here. */
  function keep(event) {
    if (event.target === byHand && event.key === "Escape") {
      byHand.hidden = true;
      copy.focus();
    }
    if (!event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey) event.stopPropagation();
  }

  copy.addEventListener("click", copyShown);
  body.addEventListener("click", choose);
  el.addEventListener("keydown", keep);
  model.on("change:table", changed);
  model.on("change:selected", drawSelection);
  model.on("change:kind change:has_designs", drawKind);
  changed();
  return () => {
    model.off("change:table", changed);
    model.off("change:selected", drawSelection);
    model.off("change:kind change:has_designs", drawKind);
  };
}

export default { render };
