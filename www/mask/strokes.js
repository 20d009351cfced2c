// What was painted, as strokes: drawn at the size of the picture, undone by drawing the others again.

/** `{ erase, points: [{ x, y, radius }] }`, in pixels of the picture; `invert` and `clear` are strokes too. */
export class Strokes {
  #done = [];
  #undone = [];

  /** @param {OffscreenCanvas | undefined} base what was painted before, as opaque pixels */
  constructor(width, height, base) {
    this.canvas = new OffscreenCanvas(width, height);
    this.context = this.canvas.getContext("2d");
    this.base = base;
    this.#redraw();
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  begin(erase) {
    this.#done.push({ erase, points: [] });
    this.#undone = [];
  }

  /** Goes on with the stroke that was begun. */
  to(point) {
    const stroke = this.#done.at(-1);
    segment(this.context, stroke, stroke.points.at(-1) ?? point, point);
    stroke.points.push(point);
  }

  /** A stroke that turned out to be the beginning of a pinch. */
  drop() {
    this.#done.pop();
    this.#redraw();
  }

  act(kind) {
    this.#done.push({ kind });
    this.#undone = [];
    this.#redraw();
  }

  undo() {
    if (this.canUndo) this.#undone.push(this.#done.pop());
    this.#redraw();
  }

  redo() {
    if (this.canRedo) this.#done.push(this.#undone.pop());
    this.#redraw();
  }

  #redraw() {
    const { context, canvas } = this;
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (this.base) context.drawImage(this.base, 0, 0);
    for (const stroke of this.#done)
      if (stroke.kind === "clear") context.clearRect(0, 0, canvas.width, canvas.height);
      else if (stroke.kind === "invert") invert(context, canvas);
      else stroke.points.forEach((point, at) => segment(context, stroke, stroke.points[at - 1] ?? point, point));
    context.globalCompositeOperation = "source-over";
  }

  /** How much of the picture is painted, 0 to 1, by a small copy of it. */
  share() {
    const small = new OffscreenCanvas(64, 64).getContext("2d", { willReadFrequently: true });
    small.drawImage(this.canvas, 0, 0, 64, 64);
    const { data } = small.getImageData(0, 0, 64, 64);
    let sum = 0;
    for (let at = 3; at < data.length; at += 4) sum += data[at];
    return sum / 255 / (data.length / 4);
  }

  /** The mask as the API takes it: a PNG of the picture's size, opaque but for what was painted. */
  async png() {
    const { width, height } = this.canvas;
    const image = this.context.getImageData(0, 0, width, height);
    const { data } = image;
    // Half-painted edges are decided: the API speaks of fully transparent areas.
    for (let at = 0; at < data.length; at += 4) {
      const keep = data[at + 3] < 128 ? 255 : 0;
      data[at] = data[at + 1] = data[at + 2] = 0;
      data[at + 3] = keep;
    }
    const out = new OffscreenCanvas(width, height);
    out.getContext("2d").putImageData(image, 0, 0);
    return out.convertToBlob({ type: "image/png" });
  }
}

function segment(context, { erase }, from, to) {
  context.globalCompositeOperation = erase ? "destination-out" : "source-over";
  context.fillStyle = context.strokeStyle = "#000";
  context.lineCap = "round";
  // The soft edge of what was painted along the same way is taken too.
  const radius = to.radius + (erase ? 1 : 0);
  context.lineWidth = radius * 2;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  context.beginPath();
  context.arc(to.x, to.y, radius, 0, 2 * Math.PI);
  context.fill();
}

function invert(context, { width, height }) {
  context.globalCompositeOperation = "xor";
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "source-over";
}

/** What an existing mask leaves open, as opaque pixels; undefined when it has another size. */
export async function painted(mask, width, height) {
  const bitmap = await createImageBitmap(mask).catch(() => undefined);
  if (bitmap?.width !== width || bitmap?.height !== height) return undefined;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "destination-out";
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas;
}
