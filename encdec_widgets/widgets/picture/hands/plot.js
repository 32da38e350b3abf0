/* The plot that lies under the layer. plotly's widget makes it when it likes, and anew when it is shown again. */

function plotUnder(el) {
  const plot = el.closest(".encdec-picture")?.querySelector(".js-plotly-plot");
  return plot?.encdecPlotly && plot._fullData?.length ? plot : null;
}

/* Hears events of the plot, also after it was made anew: plotly forgets its listeners then. */
function followPlot(el, events) {
  let plot = null;
  let frame;
  const end = () => {
    for (const [name, listener] of Object.entries(events)) plot?.removeListener?.(name, listener);
    plot = null;
  };
  const follow = () => {
    const found = plotUnder(el);
    if (!found) return; // its own event tells when it is there
    end();
    plot = found;
    for (const [name, listener] of Object.entries(events)) plot.on(name, listener);
    // plotly draws a plot of a height of its own first, whatever its place.
    if (plot.clientHeight && plot._fullLayout.height !== plot.clientHeight) plot.encdecPlotly.Plots.resize(plot);
    events.plotly_afterplot();
  };
  const begin = () => (el.isConnected ? follow() : (frame = requestAnimationFrame(begin)));
  const made = (event) => el.closest(".encdec-picture")?.contains(event.detail.element) && follow();
  document.addEventListener("plotlywidget-after-render", made);
  begin();
  return () => {
    cancelAnimationFrame(frame);
    document.removeEventListener("plotlywidget-after-render", made);
    end();
  };
}

/* Where a box is, in px from the corner of the plot. */
function placeOf(plot, [left, right, bottom, top]) {
  const { xaxis, yaxis } = plot._fullLayout;
  const [x0, x1] = [left, right].map((x) => xaxis._offset + xaxis.l2p(x));
  const [y0, y1] = [top, bottom].map((y) => yaxis._offset + yaxis.l2p(y));
  return { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
}
