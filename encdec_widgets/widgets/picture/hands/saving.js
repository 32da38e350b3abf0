/* Saves a picture that came from the kernel as SVG: as it is, or drawn at twice its size as PNG. */

const LARGER = 2;

async function save(svg, kind, name) {
  const text = new Blob([svg], { type: "image/svg+xml" });
  download(kind === "png" ? await asPng(text) : text, name);
}

async function asPng(svg) {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * LARGER;
    canvas.height = image.naturalHeight * LARGER;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function download(blob, name) {
  const link = element("a", "", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser has read it by then
}
