// The mask brush: mouse, finger, pen and keys paint what may change. Two fingers, the wheel and buttons zoom and move.

import { announce, button, el } from "../dom.js";
import * as strings from "../strings.js";
import { Strokes, painted } from "./strokes.js";
import { View } from "./view.js";

/** How far a key moves the brush, as a part of its size. */
const KEY_STEP = 0.5;

export class MaskEditor {
  #erase = false;
  #pointers = new Map();
  #panning = false;

  constructor(dialog) {
    this.dialog = dialog;
  }

  /**
   * Opens the dialog.
   * @param {File} image what is painted on
   * @param {File | undefined} mask what was painted before
   * @returns {Promise<File | undefined>} the mask, or nothing when it was cancelled
   */
  async open(image, mask) {
    const bitmap = await createImageBitmap(image);
    const { width, height } = bitmap;
    this.strokes = new Strokes(width, height, mask && (await painted(mask, width, height)));
    this.size = Math.round(Math.max(width, height) / 12);
    this.#build(width, height);
    this.view = new View(this.canvas, bitmap, this.strokes);
    this.dialog.showModal();
    this.view.fit();
    this.#refresh();
    this.canvas.focus();
    return new Promise((resolve) => {
      this.dialog.addEventListener(
        "close",
        async () => {
          this.view.end();
          const used = this.dialog.returnValue === "use";
          this.dialog.returnValue = "";
          resolve(used ? new File([await this.strokes.png()], "mask.png", { type: "image/png" }) : undefined);
        },
        { once: true },
      );
    });
  }

  #build(width, height) {
    const act = (text, onclick, attributes) => button(text, onclick, attributes);
    const mode = (erase) =>
      act(erase ? strings.mask.erase : strings.mask.paint, () => {
        this.#erase = erase;
        this.#refresh();
      });
    this.paint = mode(false);
    this.eraser = mode(true);
    this.undo = act(strings.undo, () => this.#change(() => this.strokes.undo()));
    this.redo = act(strings.mask.redo, () => this.#change(() => this.strokes.redo()));
    this.range = el("input", {
      type: "range",
      min: 2,
      max: Math.round(Math.max(width, height) / 3),
      value: this.size,
      "aria-label": strings.mask.size,
      oninput: () => this.#resize(Number(this.range.value)),
    });
    this.told = el("p", { class: "hint mask-told", role: "status" });
    this.canvas = el("canvas", { tabindex: 0, role: "application", "aria-label": strings.mask.canvas });
    this.use = act(strings.mask.use, () => this.dialog.close("use"), { class: "primary" });
    this.dialog.replaceChildren(
      el(
        "div",
        { class: "mask-bar" },
        el("h2", { id: "mask-title" }, strings.mask.title),
        el("div", { class: "mask-group", role: "group", "aria-label": strings.mask.tools }, this.paint, this.eraser),
        el("label", { class: "mask-size" }, el("span", {}, strings.mask.size), this.range),
        el("div", { class: "mask-group" }, this.undo, this.redo),
        el(
          "div",
          { class: "mask-group" },
          act(strings.mask.invert, () => this.#change(() => this.strokes.act("invert"))),
          act(strings.mask.clear, () => this.#change(() => this.strokes.act("clear"))),
        ),
        el(
          "div",
          { class: "mask-group" },
          act("−", () => this.view.zoom(1 / 1.4), { "aria-label": strings.mask.smaller }),
          act(strings.mask.fit, () => this.view.fit()),
          act("+", () => this.view.zoom(1.4), { "aria-label": strings.mask.larger }),
        ),
      ),
      this.canvas,
      el(
        "div",
        { class: "mask-bar mask-end" },
        this.told,
        act(strings.cancel, () => this.dialog.close("cancel")),
        this.use,
      ),
    );
    this.#listen();
  }

  #change(work) {
    work();
    this.view.draw();
    this.#refresh();
  }

  #resize(size) {
    this.size = Math.min(Number(this.range.max), Math.max(2, size));
    this.range.value = this.size;
    if (this.view.brush) this.view.brush.radius = this.size / 2;
    this.view.draw();
  }

  #refresh() {
    this.paint.setAttribute("aria-pressed", String(!this.#erase));
    this.eraser.setAttribute("aria-pressed", String(this.#erase));
    this.undo.disabled = !this.strokes.canUndo;
    this.redo.disabled = !this.strokes.canRedo;
    const share = this.strokes.share();
    this.use.disabled = share === 0;
    this.told.textContent = strings.mask.share(share);
  }

  #listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, (event) => this.#up(event));
    canvas.addEventListener("pointerleave", () => {
      this.view.brush = undefined;
      this.view.draw();
    });
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.view.zoom(Math.exp(-event.deltaY / 400), this.view.inCanvas(event));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => this.#key(event));
    this.dialog.onkeydown = (event) => {
      const combined = event.ctrlKey || event.metaKey;
      if (combined && event.key.toLowerCase() === "z")
        this.#change(() => (event.shiftKey ? this.strokes.redo() : this.strokes.undo()));
      else if (combined && event.key.toLowerCase() === "y") this.#change(() => this.strokes.redo());
      else if (event.key === "[") this.#resize(this.size * 0.8);
      else if (event.key === "]") this.#resize(this.size * 1.25 + 1);
      else return;
      event.preventDefault();
    };
  }

  /** A pen that is pressed paints broader. */
  #point(event) {
    const at = this.view.inPicture(this.view.inCanvas(event));
    const pressure = event.pointerType === "pen" ? 0.35 + 0.65 * event.pressure : 1;
    return { ...at, radius: (this.size / 2) * pressure };
  }

  #down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, this.view.inCanvas(event));
    if (this.#pointers.size === 2) {
      // The first finger began to paint; it was a pinch.
      if (!this.#panning) this.strokes.drop();
      this.#panning = true;
      this.view.draw();
    } else if (this.#pointers.size === 1) {
      this.#panning = event.button === 1;
      if (this.#panning) return event.preventDefault();
      // A pen's other end erases.
      this.strokes.begin(this.#erase || event.buttons === 32);
      this.strokes.to(this.#point(event));
      this.view.draw();
    }
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      this.view.brush = event.pointerType === "touch" ? undefined : this.#point({ ...pointer(event), pressure: 1 });
      return this.view.draw();
    }
    const now = this.view.inCanvas(event);
    if (this.#panning) this.#pinch(event.pointerId, before, now);
    else {
      // Between two frames a pen tells of many places.
      const between = event.getCoalescedEvents?.() ?? [];
      for (const part of between.length ? between : [event]) this.strokes.to(this.#point(part));
      this.view.brush = event.pointerType === "touch" ? undefined : this.#point(event);
    }
    this.#pointers.set(event.pointerId, now);
    this.view.draw();
  }

  #pinch(moved, before, now) {
    const other = [...this.#pointers].find(([id]) => id !== moved)?.[1];
    if (!other) return this.view.pan(now.x - before.x, now.y - before.y);
    const span = (one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
    this.view.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    this.view.zoom(span(now) / span(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }

  #up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#pointers.size === 0) {
      this.#panning = false;
      this.#refresh();
    }
  }

  /** Arrows move the brush, space paints where it is. */
  #key(event) {
    const { width, height } = this.strokes.canvas;
    const brush = this.view.brush ?? { x: width / 2, y: height / 2 };
    const step = this.size * KEY_STEP;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const by = moves[event.key];
    if (!by && event.key !== " ") return;
    event.preventDefault();
    const limit = (value, most) => Math.min(most, Math.max(0, value));
    const [dx, dy] = by ?? [0, 0];
    const next = { x: limit(brush.x + dx * step, width), y: limit(brush.y + dy * step, height), radius: this.size / 2 };
    this.view.brush = next;
    if (event.key === " " || event.shiftKey) {
      this.strokes.begin(this.#erase);
      this.strokes.to({ ...brush, radius: next.radius });
      this.strokes.to(next);
      this.#refresh();
    } else announce(strings.mask.at(Math.round(next.x), Math.round(next.y)));
    this.view.draw();
  }
}

/** What of an event is read here: spreading an event gives nothing. */
const pointer = ({ clientX, clientY, pointerType }) => ({ clientX, clientY, pointerType });
