/* Elements of the page and of a drawing. */

const SVG = "http://www.w3.org/2000/svg";

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  if (name === "button") made.type = "button";
  return made;
}

function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  setAll(made, attributes);
  made.append(...children);
  return made;
}

function setAll(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/* A line that is seen on bright and on dark ground: a dark edge, and the line itself on it. */
function edged(name, place, { colour, dash, width }) {
  const line = { ...place, fill: "none", "vector-effect": "non-scaling-stroke" };
  return [
    shape(name, { ...line, stroke: "#000", "stroke-opacity": 0.7, "stroke-width": width + 2, "stroke-dasharray": dash }),
    shape(name, { ...line, stroke: colour, "stroke-width": width, "stroke-dasharray": dash }),
  ];
}

/* The part of a box that lies on the image, and whether that is not all of it. */
function onImage(box, [down, right], [height, width]) {
  if (box.extent === "whole image") return { x: 0, y: 0, width, height, cut: false };
  const [y, x] = [down + box.offset[0] - box.size[0] / 2, right + box.offset[1] - box.size[1] / 2];
  const [top, left] = [clamp(y, 0, height), clamp(x, 0, width)];
  const [bottom, end] = [clamp(y + box.size[0], 0, height), clamp(x + box.size[1], 0, width)];
  const cut = y < 0 || x < 0 || y + box.size[0] > height || x + box.size[1] > width;
  return { x: left, y: top, width: end - left, height: bottom - top, cut };
}
