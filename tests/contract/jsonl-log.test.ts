/** A log as lines of text: what is written is read again, and a bad line is named. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lineOf } from "../../src/events/log/file/format.ts";
import { textOf } from "../../src/events/log/file/text.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { openLog } from "../../src/events/log/open.ts";

const folder = mkdtempSync(join(tmpdir(), "troupe-jsonl-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function file(text: string | Buffer): string {
  const path = join(folder, `${files++}.jsonl`);
  writeFileSync(path, text);
  return path;
}

const record = (stream: string, seq: number, more: Partial<Recorded> = {}): Recorded => ({
  stream,
  seq,
  id: `${stream} ${seq}`,
  type: "made",
  at: 5,
  correlation: "c",
  body: { seq },
  ...more,
});
const lines = (records: readonly Recorded[]): string =>
  records.map((one) => `${lineOf(one)}\n`).join("");

describe("a log of lines", () => {
  const records = [
    record("a/1", 1, { cause: "x", trace: "t" }),
    record("b/1", 1, { body: { deep: [null, { text: "ä\n" }] } }),
    record("a/1", 2),
  ];

  async function whole(): Promise<string> {
    const header = { from: "memory:", partitions: 1, at: 5 };
    const placed = async function* () {
      for (const one of records) yield { record: one };
    };
    return (await Array.fromAsync(textOf(header, placed()))).join("");
  }

  it("L1: gives back what was written, whole and in order", async () => {
    await using log = await openLog(`jsonl:${file(lines(records))}`);
    const found = await Array.fromAsync(log.scan());
    expect(found).toMatchObject(records);
    expect(found).toHaveLength(3);
    expect(await Array.fromAsync(log.read("a/1", { after: 1 }))).toEqual([records[2]]);
    expect(await log.tip("b/1")).toBe(1);
  });

  it("is only read", async () => {
    await using log = await openLog(`jsonl:${file(lines(records))}`);
    const code = { code: "LOG_WRITE_FAILED" };
    await expect(log.append("a/1", [record("a/1", 1)], { expected: 0 })).rejects.toMatchObject(code);
    await expect(log.claim({ owner: "me" })).rejects.toMatchObject(code);
    await expect(log.sweepPayloads()).rejects.toMatchObject(code);
  });

  it.each<[string, string, string]>([
    ["no JSON", `${lines(records)}{"stream":`, "line 4 of .* is no JSON"],
    ["no record", `${lines(records)}\n{"stream":"a/1"}\n`, "line 5 of .* is no record"],
    [
      "a gap",
      lines([record("a/1", 1), record("a/1", 3)]),
      "line 2 of .* holds record 3 .* behind record 1",
    ],
    [
      "a time that no calendar has",
      lines([record("a/1", 1, { at: 9e15 })]),
      "line 1 of .* is no record",
    ],
    ["a strange address", lines([record("nobody", 1)]), "line 1 of .* is no record"],
    [
      "a field too much",
      lines([record("a/1", 1)]).replace("{", '{"x":1,'),
      "line 1 of .* is no record",
    ],
    [
      "a value that is too deep",
      lines([record("a/1", 1)]).replace('"seq":1}', `"seq":${"[".repeat(9000)}${"]".repeat(9000)}}`),
      "line 1 of .* is no record",
    ],
  ])("names the line that holds %s", async (_what, text, message) => {
    await expect(openLog(`jsonl:${file(text)}`)).rejects.toMatchObject({
      code: "LOG_CORRUPT",
      message: expect.stringMatching(message) as string,
    });
  });

  it.each<[string, (whole: string) => string, string]>([
    [
      "ends in the middle of a line",
      (whole) => whole.slice(0, whole.indexOf('{"end"') - 10),
      "line 4 of .*, in the middle of which it ends, is no JSON",
    ],
    [
      "was cut between two lines",
      (whole) => whole.replace(/\{"end".*\n/, ""),
      "was cut behind line 4: its last line is missing",
    ],
    ["has only begun", (whole) => whole.replace(/\n[^]*/, "\n"), "was cut behind line 1"],
    ["lost its first line", (whole) => whole.replace(/.*\n/, ""), "its first line is missing"],
    [
      "lost a last record",
      (whole) => whole.replace(/\{"stream":"a\/1","seq":2.*\n/, ""),
      "has 2 records of 2 actors, and its last line says 3 of 2",
    ],
    ["has another letter", (whole) => whole.replace("ä", "a"), "is damaged"],
    [
      "has something behind its end",
      (whole) => `${whole}${lines([record("a/1", 3)])}`,
      "line 6 of .* stands behind the end",
    ],
    ["has another one behind it", (whole) => `${whole}${whole}`, "line 6 of .* stands behind the end"],
    [
      "begins twice",
      (whole) => whole.replace("\n", "\n" + whole.replace(/\n[^]*/, "\n")),
      "line 2 of .* begins another file",
    ],
  ])("names what is wrong with a log file that %s", async (_what, damage, message) => {
    await using log = await openLog(`jsonl:${file(await whole())}`);
    expect(await log.tip("a/1")).toBe(2);
    await expect(openLog(`jsonl:${file(damage(await whole()))}`)).rejects.toMatchObject({
      code: "LOG_CORRUPT",
      message: expect.stringMatching(message) as string,
      hint: expect.stringContaining("another copy") as string,
    });
  });

  it.each<[string, (whole: string) => string]>([
    ["with line ends of two characters", (whole) => whole.replaceAll("\n", "\r\n")],
    ["with a byte order mark", (whole) => `\uFEFF${whole}`],
    ["with both", (whole) => `\uFEFF${whole.replaceAll("\n", "\r\n")}`],
    ["without an end of its last line", (whole) => whole.trimEnd()],
  ])("is the same %s, and only if nothing else differs", async (_what, changed) => {
    for (const text of [lines(records), await whole()]) {
      await using log = await openLog(`jsonl:${file(changed(text))}`);
      expect(await Array.fromAsync(log.scan())).toMatchObject(records);
    }
    await expect(
      openLog(`jsonl:${file(changed(await whole()).replace("ä", "a"))}`),
    ).rejects.toMatchObject({ code: "LOG_CORRUPT" });
  });

  it.each<[string, string | Buffer, string]>([
    ["is empty", "", "is empty: it holds no records"],
    ["has empty lines alone", "\n\r\n \n", "is empty: it holds no records"],
    ["is UTF-16", Buffer.from(`\uFEFF${lines(records)}`, "utf16le"), "is text in UTF-16"],
    ["is UTF-16, as others have it", Buffer.from("\uFFFE{", "utf16le"), "is text in UTF-16"],
    ["is in another encoding", Buffer.from(lines(records), "latin1"), "line 2 of"],
    ["has a byte that is no UTF-8", Buffer.from(lines(records), "latin1"), "is no UTF-8"],
  ])("says what is wrong with a file that %s", async (_what, text, message) => {
    await expect(openLog(`jsonl:${file(text)}`)).rejects.toMatchObject({
      code: "LOG_CORRUPT",
      message: expect.stringContaining(message) as string,
    });
  });

  it("says where there is no file, or a folder", async () => {
    for (const [path, message] of [
      [join(folder, "none.jsonl"), "there is no file"],
      [folder, "is a folder"],
    ] as const)
      await expect(openLog(`jsonl:${path}`)).rejects.toMatchObject({
        code: "LOG_NOT_FOUND",
        message: expect.stringContaining(message) as string,
      });
  });
});
