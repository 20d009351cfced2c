// What is read of an answer while it passes: events are cut right however the chunks are, and pictures cost nothing.

import { describe, expect, test } from "vitest";

import { EventCutter, meaning, parsed, told } from "../../worker/src/operation/events.ts";
import { ofRefusal, ofStatus } from "../../worker/src/operation/outcome.ts";
import { SecretWatch, spellings } from "../../worker/src/operation/secrets.ts";
import { Skimmer } from "../../worker/src/operation/skim.ts";
import { random } from "../sim/clock.ts";
import { cuts, text, utf8 } from "./support/bytes.ts";

/** The events of a stream that comes in these chunks, without what ends them; one without an end is left out. */
function events(chunks: Iterable<Uint8Array>): string[] {
  const cutter = new EventCutter();
  const all: string[] = [];
  let open = "";
  for (const chunk of chunks)
    for (const { kind, bytes } of cutter.feed(chunk)) {
      if (kind === "inside") open += text(bytes);
      else {
        all.push(open);
        open = "";
      }
    }
  return all;
}

describe("events", () => {
  test.each<[string, string[]]>([
    ["data: a\n\ndata: b\n\n", ["data: a", "data: b"]],
    ["data: a\r\n\r\ndata: b\r\n\r\n", ["data: a", "data: b"]],
    ["data: a\r\rdata: b\r\r", ["data: a", "data: b"]],
    ["event: x\ndata: a\n\n", ["event: x\ndata: a"]],
    ["event: x\r\ndata: a\n\n", ["event: x\r\ndata: a"]],
    [": comment\n\n\n\ndata: a\n\n", [": comment", "data: a"]],
    ["\n\ndata: a\n\n\n", ["data: a"]],
    ["data: a\n", []],
    ["data: a", []],
    ["", []],
  ])("of %j, in any chunks", (stream, expected) => {
    // Where a lone CR ends the stream nobody can know whether LF follows: the last blank line is one byte shorter then.
    for (const chunks of cuts(utf8(stream))) expect(events(chunks)).toEqual(expected);
  });

  test("CR LF that is cut in two is one line end", () => {
    expect(events([utf8("data: a\r\n\r"), utf8("\ndata: b\r\n\r\n")])).toEqual(["data: a", "data: b"]);
  });
});

describe("what they mean", () => {
  const of = (type: string, more: object = {}) => told(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}`);
  test.each([
    ["image_generation.partial_image", "partial"],
    ["image_edit.partial_image", "partial"],
    ["image_generation.completed", "completed"],
    ["image_edit.completed", "completed"],
    ["response.completed", "completed"],
    ["response.incomplete", "completed"],
    ["response.image_generation_call.completed", "on"],
    ["response.output_item.done", "on"],
    ["error", "failed"],
    ["image_generation.completed.not", "on"],
  ])("%s: %s", (type, expected) => expect(meaning(of(type))).toBe(expected));

  test("usage is found where each kind has it", () => {
    expect(of("image_generation.completed", { usage: { output_tokens: 1 } }).usage).toEqual({ output_tokens: 1 });
    expect(of("response.completed", { response: { usage: { output_tokens: 2 } } }).usage).toEqual({ output_tokens: 2 });
    expect(of("image_generation.completed").usage).toBeUndefined();
  });

  test("text that is no JSON says nothing", () => {
    expect(told("event: image_generation.completed\ndata: {").usage).toBeUndefined();
    for (const bad of ["", "{", "[]", "1", "null", '"x"']) expect(parsed(bad)).toEqual({});
  });
});

describe("the skimmer", () => {
  const skim = (chunks: Iterable<Uint8Array>) => {
    const skimmer = new Skimmer();
    for (const chunk of chunks) skimmer.feed(chunk);
    return skimmer;
  };
  const small = { a: 'quote " backslash \\ and both \\"', b: ["", "x"], "k\\": 1, usage: { output_tokens: 3 } };

  test("keeps small texts as they are, in any chunks", () => {
    const json = JSON.stringify(small);
    for (const chunks of cuts(utf8(json))) expect(JSON.parse(skim(chunks).text())).toEqual(small);
  });

  test("leaves pictures out and keeps what stands around them", () => {
    const b64_json = "A".repeat(3_000_000);
    const json = utf8(JSON.stringify({ data: [{ b64_json }, { b64_json }], ...small }));
    for (let size = 999; size < 2_000_000; size *= 7) {
      const chunks = Array.from({ length: Math.ceil(json.length / size) }, (_, i) =>
        json.slice(i * size, (i + 1) * size),
      );
      const kept = skim(chunks).text();
      expect(kept.length).toBeLessThan(20_000);
      expect(JSON.parse(kept)).toMatchObject(small);
    }
  });

  test("keeps no more than it may, whatever comes", () => {
    const skimmer = skim([utf8('{"a":"b",'.repeat(100_000))]);
    expect(skimmer.overflown).toBe(true);
    expect(skimmer.text().length).toBeLessThan(2_000_000);
  });
});

test("what status means which money", () => {
  const kinds = (statuses: number[]) => [...new Set(statuses.map((status) => ofStatus(status).kind))];
  expect(kinds([400, 401, 403, 404, 413, 415, 422, 429])).toEqual(["void"]);
  expect(kinds([402, 408, 409, 418, 499, 500, 502, 503, 504, 520, 521, 524, 599])).toEqual(["lose"]);
  expect(ofRefusal({ status: 502, code: "upstream_key_refused" }).kind).toBe("void");
  expect(ofRefusal({ status: 400, code: "invalid_value" }).kind).toBe("void");
  for (const code of ["upstream_unreachable", "upstream_protocol", "upstream_redirect", null])
    expect(ofRefusal({ status: 502, code }).kind).toBe("lose");
  expect(ofRefusal({ status: 504, code: "upstream_timeout" }).kind).toBe("lose");
});

describe("a secret", () => {
  const secret = "sk-proj-0123456789abcdef";
  test("is found in every spelling, wherever chunks are cut and whatever stands before it", () => {
    for (const form of [secret, ...spellings(secret), Buffer.from(`Bearer ${secret}`).toString("base64")])
      for (let pad = 0; pad < 4; pad++) {
        const bytes = utf8(`${"x".repeat(pad)}${form}yy`);
        for (let at = 0; at <= bytes.length; at++) {
          const watch = new SecretWatch([secret]);
          const passed = [bytes.slice(0, at), bytes.slice(at)].map((chunk) => watch.pass(chunk));
          expect(passed.includes(undefined), `${form} cut at ${at}`).toBe(true);
          // Not even its beginning has gone before it was known.
          if (form.startsWith(secret) || spellings(secret).includes(form))
            expect(text(passed[0] ?? new Uint8Array()), `${form} cut at ${at}`).not.toContain(form.slice(0, 4));
        }
      }
  });

  test("any other bytes pass whole, in any chunks", () => {
    const next = random(5);
    for (let round = 0; round < 300; round++) {
      const forms = spellings(secret);
      // Pieces of a spelling, which must not be taken for one, among others.
      const pieces = Array.from({ length: 12 }, () => {
        const form = forms[Math.floor(next() * forms.length)]!;
        return next() < 0.5 ? form.slice(0, Math.floor(next() * form.length)) : `${Math.floor(next() * 1e9)} `;
      });
      const bytes = utf8(pieces.join("|"));
      const watch = new SecretWatch([secret]);
      let passed = "";
      for (let at = 0; at < bytes.length;) {
        const end = at + 1 + Math.floor(next() * 20);
        passed += text(watch.pass(bytes.slice(at, end)) ?? utf8("found"));
        at = end;
      }
      expect(passed + text(watch.rest())).toBe(text(bytes));
    }
  });

  test("that is not there is not found", () => {
    const watch = new SecretWatch([secret]);
    expect(watch.pass(utf8(secret.slice(0, -1)))).toBeDefined();
    expect(watch.pass(utf8("0123456789abcdef"))).toBeDefined();
    expect(new SecretWatch([]).pass(utf8("anything"))).toBeDefined();
  });
});
