/* anywidget hands a widget no message any more whose script took longer than two seconds to come, as on a busy machine: it waits
   for a promise that it has refused by then. Here the widget listens itself in that case, and asks for what it has missed. */
async function encdecListens(model) {
  const id = model.get("_own_id");
  if (!id) return;
  const own = await model.widget_manager.get_model(id);
  const listen = async () => {
    const { _handle_comm_msg: handle } = Object.getPrototypeOf(own.constructor.prototype);
    const answered = new Promise((resolve) => {
      own.comm.on_msg(async (message) => {
        await handle.call(own, message);
        if (message.content.data.method === "update") resolve();
      });
      setTimeout(resolve, 5000); // the kernel may be busy
    });
    own.comm.send({ method: "request_state" }, own.callbacks());
    await answered;
  };
  let late;
  const told = own._handle_comm_msg({ content: { data: { method: "" } }, buffers: [] }).then(
    () => (late = false),
    () => (late = true),
  );
  for (let turn = 0; turn < 10; turn++) await null; // what was refused before is told by then
  if (late) await listen(); // before it is drawn
  else told.then(() => late && listen());
}

function encdecHearing(made) {
  return {
    ...made,
    async initialize(context) {
      const kept = await made.initialize?.(context);
      try {
        await encdecListens(context.model);
      } catch (error) {
        console.debug(error); // another kind of page: as anywidget has it
      }
      return kept;
    },
  };
}
