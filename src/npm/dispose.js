// `using` and `await using`, also where the runtime is older than the words.

export const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
export const asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** Lets `using result` end the addresses of its pictures. Hidden, so that the result is as plain as it looks. */
export function disposable(result) {
  return Object.defineProperty(result, dispose, {
    value() {
      for (const image of this.images) image.revoke();
    },
  });
}
