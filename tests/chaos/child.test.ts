// Whoever ends a run of chaos ends its workerd with it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

const module = new URL("child.ts", import.meta.url).href;
const AGE_MS = 60_000;
/** The child writes where its parent does, so that place is closed when both have ended. Without us it would go on. */
const CODE = `
  import { spawn } from "node:child_process";
  import { endsWithUs } from ${JSON.stringify(module)};
  const life = "console.log(1); setTimeout(() => console.log(2), ${AGE_MS})";
  endsWithUs(spawn(process.execPath, ["-e", life], { stdio: ["ignore", "inherit", "inherit"] }));
  process.stdin.once("end", () => process.exit(3)).resume();
`;

const ENDS = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129, "its own end": 3 };
for (const [how, code] of Object.entries(ENDS))
  test(`${how} ends what was started too`, async () => {
    const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", CODE];
    const parent = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    let told = "";
    const closed = once(
      parent.stdout.on("data", (text) => (told += String(text))),
      "close",
    );
    const ended = once(parent, "exit");
    await once(parent.stdout, "data");
    if (how.startsWith("SIG")) parent.kill(how as NodeJS.Signals);
    else parent.stdin.end();
    assert.deepEqual(await ended, [code, null]);
    await closed;
    assert.equal(told, "1\n");
  });
