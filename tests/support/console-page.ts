/**
 * Documentation that is typed: each `$ …` of a page's console fences, in order, in one folder, prints
 * what stands below it. "…" alone on a line stands for any lines; times, spans and positions are those
 * of the day.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CliBench } from "./cli.ts";

export interface Typed {
  readonly words: string;
  readonly printed: readonly string[];
}

/** What is typed on a page: something, or a test of it would be none. */
export function typedOn(page: string): readonly Typed[] {
  const all = fencesOf(page, "console").flatMap((fence) =>
    fence
      .split(/^\$ /m)
      .slice(1)
      .map((one) => {
        const [words = "", ...printed] = one.trimEnd().split("\n");
        return { words, printed };
      }),
  );
  if (all.length === 0) throw new Error(`nothing is typed on ${page}`);
  return all;
}

/** The fences of a page in a language. */
export function fencesOf(page: string, language: string): readonly string[] {
  const text = readFileSync(page, "utf8");
  const fences = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"));
  return Array.from(fences, ([, fence = ""]) => fence);
}

/**
 * Types it. `COMMAND > FILE.jsonl` and `echo 'TEXT' > FILE.json` write, `touch` makes an empty file.
 *
 * @returns what was printed, without what differs from day to day: to be matched with {@link shapeOf}.
 */
export async function typeIn(bench: CliBench, { words }: Typed): Promise<string> {
  const [command = "", file] = words.split(/ > (?=\S+\.jsonl?$)/);
  const [program, ...argv] = Array.from(
    command.matchAll(/'([^']*)'|\S+/g),
    ([word, quoted]) => quoted ?? word,
  );
  if (program === "touch") {
    bench.write(argv[0] ?? "", "");
    return "";
  }
  const said = program === "echo" ? `${argv.join(" ")}\n` : await printedBy(bench, argv);
  if (file !== undefined) bench.write(file, said);
  return timeless(file === undefined ? said : "");
}

async function printedBy(bench: CliBench, argv: readonly string[]): Promise<string> {
  const paths = argv.map((word) => (word.endsWith(".yaml") ? join(bench.folder, word) : word)); // plans are looked for where this process is
  const { out, bytes } = await bench.troupe(paths);
  return `${out}${String(bytes ?? "")}\n`;
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
    .replaceAll(/ at \d+,/g, " at N,")
    .replaceAll(/(?<=\S) {2,}/g, "  "); // columns are as wide as what stands in them
}

/** What is printed, as a pattern: lines in order, with gaps where "…" stands. */
export function shapeOf({ printed }: Typed): RegExp {
  const lines = printed.map((line) =>
    line === "…" ? "(?:[^\\n]*\\n)*?" : `${escaped(timeless(line).trimEnd())} *\\n`,
  );
  return new RegExp(`^${lines.join("")}\n*$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
