// The live picture: JPEGs come one after the other, each with the boxes that belong to it in its head.

const decoder = new TextDecoder("ascii");

/** Yields {boxes, jpeg} for each part of a multipart answer. */
export async function* parts(body) {
  const reader = body.getReader();
  let bytes = new Uint8Array(0);
  const until = async (length) => {
    while (bytes.length < length) {
      const { done, value } = await reader.read();
      if (done) return false;
      const grown = new Uint8Array(bytes.length + value.length);
      grown.set(bytes);
      grown.set(value, bytes.length);
      bytes = grown;
    }
    return true;
  };
  try {
    for (;;) {
      let end = -1;
      while ((end = endOfHead(bytes)) < 0) if (!(await until(bytes.length + 1))) return;
      const head = decoder.decode(bytes.subarray(0, end));
      const size = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
      if (!(await until(end + 4 + size + 2))) return;
      const boxes = /^x-boxes: (.+)$/im.exec(head)?.[1];
      yield { boxes: boxes ? JSON.parse(boxes) : null, jpeg: new Blob([bytes.slice(end + 4, end + 4 + size)], { type: "image/jpeg" }) };
      bytes = bytes.slice(end + 4 + size + 2);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function endOfHead(bytes) {
  for (let at = 0; at + 3 < bytes.length; at++) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return -1;
}

const SURE = "#46e678", UNSURE = "#ffaa28", GROUND = "#1e1e23";

/** Draws a picture and the boxes of digits from a confidence on. */
export function draw(canvas, image, boxes, least) {
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  if (!boxes) return;
  const scale = image.width / boxes.width;
  const unit = Math.max(1, Math.min(image.width, image.height) / 480);
  for (const [, digit, confidence, ...box] of boxes.digits) {
    if (confidence < least) continue;
    const [x, y, width, height] = box.map((value) => value * scale);
    frame(context, [x - 3 * unit, y - 3 * unit, width + 6 * unit, height + 6 * unit], digit, confidence >= 0.9, unit);
  }
}

function frame(context, box, digit, sure, unit) {
  const [x, y, , height] = box;
  const colour = sure ? SURE : UNSURE;
  context.lineWidth = 4 * unit;
  context.strokeStyle = GROUND;
  context.strokeRect(...box);
  context.lineWidth = 2 * unit;
  context.strokeStyle = colour;
  context.setLineDash(sure ? [] : [5 * unit, 3 * unit]);
  context.strokeRect(...box);
  context.setLineDash([]);
  const size = Math.round(Math.min(20 * unit, Math.max(13 * unit, height / 3)));
  const top = Math.max(0, y - size);
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.fillStyle = GROUND;
  context.fillRect(x - unit, top, size * 0.8, size);
  context.fillStyle = colour;
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.fillText(String(digit), x - unit + size * 0.4, top + size * 0.54);
}
