/* Where the page stands: a notebook's path on its server, or the address of a page that is no notebook's, such as Voila's. */
function place(manager) {
  const base = manager?.kernel?.serverSettings?.baseUrl ?? `${location.origin}/`;
  const path = manager?.context?.path;
  return path ? base + path : location.origin + location.pathname;
}

/* Two of one name on a page are kept apart, in the order in which they were drawn. What is drawn twice has one number. */
const drawn = (globalThis[Symbol.for("encdec-drawn")] ??= new Map());

function numbered(key, owner) {
  const owners = drawn.get(key) ?? [];
  drawn.set(key, owners);
  let index = owners.findIndex((other) => other?.owner === owner);
  if (index < 0) {
    index = owners.findIndex((other) => !other);
    if (index < 0) index = owners.length;
    owners[index] = { owner, views: 0 };
  }
  owners[index].views += 1;
  const end = () => {
    owners[index].views -= 1;
    if (!owners[index].views) owners[index] = null;
  };
  return [index ? `${key} (${index + 1})` : key, end];
}

function render({ model, el }) {
  el.style.display = "none";
  let storage;
  let text;
  const [key, end] = numbered(`encdec-widgets: edits of ${model.get("name")} in ${place(model.widget_manager)}`, model.get("owner"));
  try {
    storage = window.localStorage; // a page may not be allowed any
    text = storage.getItem(key) ?? "";
  } catch {
    return end; // nothing is kept, and nothing was
  }
  const write = (message) => {
    if (typeof message?.write !== "string") return;
    try {
      if (message.write) storage.setItem(key, message.write);
      else storage.removeItem(key);
    } catch (error) {
      model.send({ failed: String(error?.message ?? error) }); // it is full
    }
  };
  model.on("msg:custom", write);
  model.send({ found: text });
  return () => {
    model.off("msg:custom", write);
    end();
  };
}

export default { render };
