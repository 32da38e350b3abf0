/* An image file of a person's own, read in the page. */

const KEPT = 1024; // px: the longest side that is kept of a person's image, enough to look at it more closely
const LARGEST = 50; // MB of a file that is read; larger ones are videos and the like

/* A person's own image, drawn anew with no side longer than `most`, and its height and width as it came. */
async function drawn(file, most = KEPT) {
  if (file.size > LARGEST * 1e6) {
    throw new Error(`“${file.name}” is ${Math.ceil(file.size / 1e6)} MB large. Images up to ${LARGEST} MB work.`);
  }
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`“${file.name}” is no image that this browser can draw. PNG, JPEG, GIF and WebP work.`);
  });
  const size = [bitmap.height, bitmap.width];
  const share = Math.min(1, most / Math.max(...size));
  const canvas = element("canvas");
  [canvas.height, canvas.width] = size.map((side) => Math.max(1, Math.round(side * share)));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return [canvas, size];
}

/* The same as a data URL, and its height and width. */
async function read(file) {
  const [canvas, size] = await drawn(file);
  return [canvas.toDataURL("image/webp", 0.9), size];
}
