/* Zoom, in shares of what Fit shows: [0, 1] is all of an axis. So Fit is always that of the present picture. */

const SMALLEST = 1 / 40; // of the picture
const STEP = 1.4; // of a button or a key
const WHEEL = 0.0025; // per px of a wheel; a trackpad's pinch comes as small steps of it

function zoomer(model, el) {
  let wanted = null; // newer than what is being drawn
  let drawing = false;

  const axes = (plot) => [plot._fullLayout.xaxis, plot._fullLayout.yaxis];
  const share = (value, [from, to]) => (value - from) / (to - from);
  const shown = (plot) =>
    wanted ?? axes(plot).map((axis, i) => axis.range.map((end) => share(end, model.get("fit")[i])));

  async function show(shares) {
    wanted = shares;
    if (drawing) return;
    drawing = true;
    try {
      for (let plot = plotUnder(el); plot && wanted; plot = plotUnder(el)) {
        const ranges = wanted.map((ends, i) => {
          const [from, to] = model.get("fit")[i];
          return ends.map((end) => (end === 1 ? to : from + end * (to - from)));
        });
        wanted = null;
        await plot.encdecPlotly.relayout(plot, {
          "xaxis.range": ranges[0],
          "yaxis.range": ranges[1],
          _doNotReportToPy: true,
        });
      }
    } finally {
      drawing = false;
    }
  }

  const inside = ([from, to]) => {
    const size = Math.min(Math.max(to - from, SMALLEST), 1);
    const start = Math.min(Math.max(from, 0), 1 - size);
    return [start, start + size];
  };

  /* So many times larger; the point at these shares of the axes' lengths stays where it is. */
  function by(factor, point = [0.5, 0.5]) {
    const plot = plotUnder(el);
    if (!plot) return;
    show(
      shown(plot).map(([from, to], i) => {
        const centre = from + point[i] * (to - from);
        const size = Math.min(Math.max((to - from) / factor, SMALLEST), 1);
        return inside([centre - point[i] * size, centre + (1 - point[i]) * size]);
      })
    );
  }

  const fit = () => show([[0, 1], [0, 1]]);

  /* Moves a zoomed picture until all of this box is in it. */
  function reveal([left, right, bottom, top]) {
    const plot = plotUnder(el);
    if (!plot) return;
    const before = shown(plot);
    const after = [[left, right], [bottom, top]].map((ends, i) => {
      const [from, to] = before[i];
      const [low, high] = ends.map((end) => share(end, model.get("fit")[i])).sort((a, b) => a - b);
      const room = Math.min((to - from) / 10, low, 1 - high);
      if (low >= from && high <= to) return [from, to];
      const move = low < from ? low - room - from : high + room - to;
      return [from + move, to + move];
    });
    if (JSON.stringify(after) !== JSON.stringify(before)) show(after);
  }

  /* Ctrl and the wheel zoom at the pointer; the wheel alone is the page's. */
  function wheel(event) {
    const plot = event.ctrlKey || event.metaKey ? plotUnder(el) : null;
    if (!plot) return;
    event.preventDefault();
    event.stopPropagation();
    const box = plot.getBoundingClientRect();
    const scale = box.width / plot.offsetWidth; // of the presentation mode
    const [xaxis, yaxis] = axes(plot);
    const across = ((event.clientX - box.left) / scale - xaxis._offset) / xaxis._length;
    const down = ((event.clientY - box.top) / scale - yaxis._offset) / yaxis._length;
    const within = (part) => Math.min(Math.max(part, 0), 1);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    by(Math.exp(-event.deltaY * lines * WHEEL), [within(across), within(1 - down)]);
  }

  return { in: () => by(STEP), out: () => by(1 / STEP), fit, reveal, wheel };
}
