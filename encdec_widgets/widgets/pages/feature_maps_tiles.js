/* Drawn maps and images: 8-bit numbers from the kernel on a canvas. */

function drawOn(canvas, [height, width], bytes, channels, at = 0) {
  [canvas.height, canvas.width] = [height, width];
  if (!height || !width) return;
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      image.data[4 * pixel + colour] = bytes[at + channels * pixel + (channels === 3 ? colour : 0)];
    }
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/* One colour, which is more opaque where a number is larger. */
function drawHeatOn(canvas, [height, width], bytes) {
  [canvas.height, canvas.width] = [height, width];
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < height * width; pixel++) {
    image.data.set([213, 94, 0, Math.round((0.75 * bytes[pixel] ** 2) / 255)], 4 * pixel); // a ground of noise stays clear
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

const bytesOf = (view) => (view?.buffer ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : new Uint8Array());

/* The px of the image that a position of a map sees along one axis: the first and the one after the last. */
function seenBy({ period, step, first, last }, position) {
  const turns = Math.floor(position / period);
  const place = position - turns * period;
  return [first[place] + turns * step, last[place] + turns * step + 1];
}

/* A person's own image as the bytes of its colours. */
async function coloursOf(file) {
  const [canvas] = await drawn(file);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Uint8Array(3 * canvas.width * canvas.height);
  for (let pixel = 0; pixel < canvas.width * canvas.height; pixel++) {
    colours.set(data.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel);
  }
  return [colours, [canvas.height, canvas.width]];
}
