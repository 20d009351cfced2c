// The picture with what is painted on it, in a canvas that can be zoomed and moved.

const LEAST = 0.05;
const MOST = 16;

export class View {
  scale = 1;
  x = 0;
  y = 0;
  /** Where the brush is, in pixels of the picture, and how large. */
  brush;
  #asked = false;
  #ended = false;

  constructor(canvas, bitmap, strokes) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.bitmap = bitmap;
    this.strokes = strokes;
    this.layer = new OffscreenCanvas(1, 1);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(canvas);
  }

  end() {
    this.#ended = true;
    this.observer.disconnect();
    this.bitmap.close();
  }

  /** The whole picture, in the middle. */
  fit() {
    const { width, height } = this.canvas.getBoundingClientRect();
    this.density = devicePixelRatio;
    this.canvas.width = this.layer.width = Math.max(1, Math.round(width * this.density));
    this.canvas.height = this.layer.height = Math.max(1, Math.round(height * this.density));
    this.scale = Math.min(width / this.bitmap.width, height / this.bitmap.height) * 0.96;
    this.x = (width - this.bitmap.width * this.scale) / 2;
    this.y = (height - this.bitmap.height * this.scale) / 2;
    this.draw();
  }

  /** Larger or smaller, with that point of the canvas staying where it is. */
  zoom(factor, at) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const { x, y } = at ?? { x: width / 2, y: height / 2 };
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.draw();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.draw();
  }

  /** A point of the window as one of the canvas. */
  inCanvas({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  /** A point of the canvas as one of the picture. */
  inPicture({ x, y }) {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /** Draws before the next frame, once. */
  draw() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      if (!this.#ended) this.#paint();
    });
  }

  #paint() {
    const { context, canvas, layer, density, bitmap } = this;
    const place = [density * this.scale, 0, 0, density * this.scale, density * this.x, density * this.y];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(...place);
    context.imageSmoothingEnabled = this.scale * density < 3;
    context.drawImage(bitmap, 0, 0);
    // What is painted, in one colour whatever it was painted with.
    const tint = layer.getContext("2d");
    tint.setTransform(1, 0, 0, 1, 0, 0);
    tint.globalCompositeOperation = "source-over";
    tint.clearRect(0, 0, layer.width, layer.height);
    tint.setTransform(...place);
    tint.drawImage(this.strokes.canvas, 0, 0);
    tint.setTransform(1, 0, 0, 1, 0, 0);
    tint.globalCompositeOperation = "source-in";
    tint.fillStyle = "#7a5cff";
    tint.fillRect(0, 0, layer.width, layer.height);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 0.6;
    context.drawImage(layer, 0, 0);
    context.globalAlpha = 1;
    if (this.brush) this.#ring(place);
  }

  #ring(place) {
    const { context, brush, density } = this;
    context.setTransform(...place);
    context.beginPath();
    context.arc(brush.x, brush.y, brush.radius, 0, 2 * Math.PI);
    context.setTransform(1, 0, 0, 1, 0, 0);
    for (const [color, width] of [
      ["#000", 3],
      ["#fff", 1.5],
    ]) {
      context.strokeStyle = color;
      context.lineWidth = width * density;
      context.stroke();
    }
  }
}
