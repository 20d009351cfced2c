// Compiles the type tests, and the real output of every function against its declared type: a field that comes out and
// is not declared, or is declared otherwise, does not compile.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { root } from "../../.ci/setup.mjs";
import { run } from "../../.ci/steps.mjs";

const out = join(root, "target", "types");
const pkg = join(root, "pkg");

/** Compilations that users have: bundlers, Node's own resolution, and the types of Node beside or without the DOM's. */
const CONFIGURATIONS = [
  {
    name: "bundler",
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
  },
  {
    name: "node",
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
  },
];

/** A TypeScript literal of each function's answer. */
async function outputs() {
  const edge = await import(join(pkg, "node.js"));
  const png = Uint8Array.from(
    atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
    (character) => character.charCodeAt(0),
  );
  const usage = {
    input_tokens: 12,
    output_tokens: 272,
    total_tokens: 284,
    input_tokens_details: { text_tokens: 12, image_tokens: 0 },
  };
  const wrong = {
    modle: "x",
    prompt: "x",
    size: "1000x1000",
    n: 40,
    partial_images: 1,
    output_compression: 100,
    quality: "HIGH",
  };
  const lines = [
    'import type { CheapestSize, Context, Cost, CostEstimate, ImageInfo, ModelInfo, Normalized, Report, TierRate } from "gpt-image-edge";',
    "const cheapest: CheapestSize = " +
      JSON.stringify(edge.cheapestSize("gpt-image-2", { ratio: "16:9", quality: "high" })),
    "const rate: TierRate = " +
      JSON.stringify(edge.imagesPerMinute("generate", { model: "gpt-image-2", prompt: "x" }, 3)),
    "const models: ModelInfo[] = " + JSON.stringify(edge.models()),
    "const info: ImageInfo = " + JSON.stringify(edge.inspectImage(png)),
    "const context: Context = " +
      JSON.stringify(
        await edge.inspectRequest({ image: [png, new Blob(["text"])], mask: new Blob([png.subarray(0, 20)]) }),
      ),
    "const cost: Cost = " + JSON.stringify(edge.costFromUsage("gpt-image-1-mini", { ...usage, surprise: 1 })),
  ];
  for (const { id } of edge.models())
    for (const [index, request] of [
      { model: id, prompt: "x" },
      { ...wrong, model: id },
    ].entries()) {
      const name = `${id.replace(/\W/g, "_")}_${index}`;
      lines.push(`const report_${name}: Report = ${JSON.stringify(edge.validate("generate", request))}`);
      lines.push(`const normalized_${name}: Normalized = ${JSON.stringify(edge.normalize("generate", request))}`);
      lines.push(`const estimate_${name}: CostEstimate = ${JSON.stringify(edge.estimateCost("generate", request))}`);
    }
  return `${lines.join(";\n")};\nexport {};\n`;
}

async function main() {
  await mkdir(out, { recursive: true });
  await writeFile(join(out, "outputs.ts"), await outputs());
  const declarations = await readFile(join(pkg, "index.d.ts"), "utf8");
  if (/[:<|] ?any\b/.test(declarations))
    throw new Error("index.d.ts: `any` checks nothing; say what it is, or `unknown`");
  for (const { name, ...options } of CONFIGURATIONS) {
    const config = join(out, `tsconfig.${name}.json`);
    const compilerOptions = {
      ...options,
      target: "es2022",
      types: [],
      strict: true,
      exactOptionalPropertyTypes: false,
      noEmit: true,
      skipLibCheck: false,
      allowArbitraryExtensions: true,
      paths: {
        "gpt-image-edge": [join(pkg, "index.d.ts")],
        "gpt-image-edge/core": [join(pkg, "core/index.d.ts")],
        "gpt-image-edge/pixels": [join(pkg, "pixels/index.d.ts")],
        "gpt-image-edge/tokenizer": [join(pkg, "tokenizer.d.ts")],
        "gpt-image-edge/wasm": [join(pkg, "wasm.d.ts")],
      },
    };
    // The SDK's own declarations are not ours to check.
    if (name === "bundler") compilerOptions.skipLibCheck = true;
    const files = [join(out, "outputs.ts"), join(root, "tests/types/api.ts")];
    if (name === "bundler") files.push(join(root, "tests/types/openai.ts"));
    await writeFile(config, JSON.stringify({ compilerOptions, files }));
    await run("tsc", ["-p", config], { cwd: root });
  }
  console.log(`types: ${CONFIGURATIONS.length} configurations compile`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
