import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { collectOutput } from "../../src/agents/output.ts";
import { redact, redactor } from "../../src/agents/redact.ts";
import { isSecret } from "../../src/events/secrets.ts";

/** Cuts a text at these places. */
function pieces(text: string, cuts: readonly number[]): readonly string[] {
  const at = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b);
  return at.slice(1).map((end, i) => text.slice(at[i], end));
}

/** A disguise: longer than what it hides. */
const base64 = (text: string) => Buffer.from(text).toString("base64").replace(/=+$/, "");

describe("redaction", () => {
  const secret = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 4, maxLength: 9 });

  test.prop({
    secrets: fc.array(secret, { minLength: 1, maxLength: 3 }),
    parts: fc.array(
      fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5), fc.string({ unit: fc.constantFrom("a", "b", "-") })),
    ),
    cuts: fc.array(fc.nat(), { maxLength: 12 }),
  })("S2: for every cut into pieces, no secret is left and the result is the same", (given) => {
    const { secrets, parts, cuts } = given;
    const forms = [...secrets, ...secrets.map(base64)];
    const text = parts.map((p) => (typeof p === "number" ? (forms[p] ?? "") : p)).join("");
    const stream = redactor(secrets);
    const streamed =
      pieces(text, cuts)
        .map((piece) => stream.push(piece))
        .join("") + stream.end();
    for (const one of forms) expect(streamed).not.toContain(one);
    expect(streamed).toBe(redact(text, secrets));
  });

  it("S2: covers overlapping secrets whole, and leaves the rest alone", () => {
    expect(redact("xx abcdef yy", ["abcd", "cdef"])).toBe("xx [redacted] yy");
    expect(redact("nothing here", ["abcd"])).toBe("nothing here");
    expect(redact("abc", ["abc"])).toBe("abc");
  });

  it.each(["p@ss/w rd", 'qu"ote\\d'])("S2: knows the disguises of %j", (plain) => {
    for (const form of [
      encodeURIComponent(plain),
      Buffer.from(plain).toString("base64"),
      JSON.stringify(plain),
    ])
      expect(redact(`<${form}>`, [plain])).toMatch(/^<"?\[redacted\]=*"?>$/);
  });

  it.each([
    ["API_KEY", "abcdef", true],
    ["MY_ACCESS_TOKEN", "abcdef", true],
    ["db_password", "hunter2", true],
    ["GITHUB_TOKENS", "abcd", true],
    ["MONKEY", "abcdef", false],
    ["PWD", "/home/me", false],
    ["MAX_TOKENS", "4096", false],
    ["USE_AUTH", "true", false],
    ["API_KEY", "abc", false],
  ])("S2: %s=%s is a secret: %s", (name, value, expected) => {
    expect(isSecret(name, value)).toBe(expected);
  });
});

describe("collected output", () => {
  it("S2: splits no character where a secret might begin", () => {
    const text = "a\u{1F600}".repeat(20);
    for (const secret of ["abcd", "abcde", "abcdef"]) {
      const stream = redactor([secret]);
      const said = pieces(text, [3, 10, 17, 18]).map((piece) => stream.push(piece));
      expect([...said, stream.end()].every((piece) => piece.isWellFormed())).toBe(true);
    }
  });

  const collected = (limit: number, chunks: readonly Uint8Array[], secrets: readonly string[] = []) => {
    const collector = collectOutput(limit, secrets);
    for (const chunk of chunks) collector.write(chunk);
    return collector.end();
  };

  test.prop({
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 120 }).map((text) => new TextEncoder().encode(text)),
    ),
    limit: fc.integer({ min: 8, max: 64 }),
    cut: fc.nat(),
  })("for every byte string, it is bounded, well formed, and counts truly", ({ bytes, limit, cut }) => {
    const at = cut % (bytes.length + 1);
    const {
      text,
      bytes: counted,
      truncated,
    } = collected(limit, [bytes.subarray(0, at), bytes.subarray(at)]);
    expect(counted).toBe(bytes.length);
    expect(text.isWellFormed()).toBe(true);
    const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    if (!truncated) expect(text).toBe(whole);
    const note = /\n… (\d+) bytes left out …\n/.exec(text);
    expect(note !== null).toBe(truncated);
    const [head = "", tail = ""] = note === null ? [text, ""] : text.split(note[0]);
    expect(whole.startsWith(head)).toBe(true);
    expect(whole.endsWith(tail)).toBe(true);
    const kept = Buffer.byteLength(head) + Buffer.byteLength(tail);
    expect(kept).toBeLessThanOrEqual(limit);
    expect(kept + Number(note?.[1] ?? 0)).toBe(Buffer.byteLength(whole));
    // at most one character is lost at either edge
    expect(truncated ? kept : limit).toBeGreaterThan(limit - 8);
  });

  it("S2: keeps no half of a secret at the cut", () => {
    for (let pad = 0; pad < 40; pad++) {
      const text = `${"x".repeat(pad)}SECRET-VALUE${"y".repeat(60)}`;
      const { text: kept } = collected(32, [Buffer.from(text)], ["SECRET-VALUE"]);
      expect(kept).not.toMatch(/SECR|ALUE/);
    }
  });

  it("stays small while much is printed", () => {
    const chunk = Buffer.alloc(64 * 1024, "z");
    const { text, bytes } = collected(
      1_000,
      Array.from({ length: 320 }, () => chunk),
    );
    expect(bytes).toBe(320 * 64 * 1024);
    expect(text.length).toBeLessThan(1_100);
  });
});
