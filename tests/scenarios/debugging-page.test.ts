/**
 * docs/guide/debugging.md: each `$ …` of its console fences is typed, in order, in one folder, and
 * prints what stands below it. "…" alone on a line stands for any lines; times, spans and positions
 * are those of the day.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliBench, type CliBench } from "../support/cli.ts";

const page = readFileSync("docs/guide/debugging.md", "utf8");

interface Typed {
  readonly words: string;
  readonly printed: readonly string[];
}

function typedIn(text: string): readonly Typed[] {
  const fences = [...text.matchAll(/^```console\n(.*?)^```/gms)].map(([, fence = ""]) => fence);
  return fences.flatMap((fence) =>
    fence
      .split(/^\$ /m)
      .slice(1)
      .map((one) => {
        const [words = "", ...printed] = one.trimEnd().split("\n");
        return { words, printed };
      }),
  );
}

/** Without what differs from day to day. */
function timeless(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z/g, "TIME")
    .replaceAll(/\d+(\.\d+)? (ms|s)\b/g, "SPAN")
    .replaceAll(/^( *|[-+] \w+ +)\d+ {2}(?=\w+\/)/gm, "$1N  ")
    .replaceAll(/\d+ #/g, "N #")
    .replaceAll(/position \d+( of \d+)?/g, "position N")
    .replaceAll(/\d+ records?/g, "N records")
    .replaceAll(/(?<=\S) {2,}/g, "  "); // columns are as wide as what stands in them
}

/** What is printed, as a pattern: lines in order, with gaps where "…" stands. */
function shape(printed: readonly string[]): RegExp {
  const lines = printed.map((line) =>
    line === "…" ? "(?:[^\\n]*\\n)*?" : `${escaped(timeless(line).trimEnd())} *\\n`,
  );
  return new RegExp(`^${lines.join("")}$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}

describe("docs/guide/debugging.md", () => {
  let bench: CliBench;
  const all = typedIn(page);
  beforeAll(() => {
    bench = cliBench();
    const [, plan = ""] = /^```yaml\n(.*?)^```/ms.exec(page) ?? [];
    bench.write("shop.yaml", plan);
  });
  afterAll(() => bench[Symbol.dispose]());

  it("shows something", () => expect(all.length).toBeGreaterThan(8));

  it.each(all)("$words", async ({ words, printed }) => {
    const [command = "", file] = words.split(/ > (?=\S+\.jsonl$)/);
    const [program, ...argv] = [...command.matchAll(/'([^']*)'|\S+/g)]
      .map(([word, quoted]) => quoted ?? word)
      .map((word) => (word === "shop.yaml" ? `${bench.folder}/${word}` : word));
    if (program === "touch") return void bench.write(argv[0] ?? "", "");
    const { out, bytes } = await bench.troupe(argv);
    const said = `${out}${String(bytes ?? "")}`;
    if (file !== undefined) bench.write(file, said);
    const shown = file === undefined ? `${said}\n` : "";
    expect(timeless(shown)).toMatch(shape(printed));
  });
});
