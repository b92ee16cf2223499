/**
 * Every line of what the system must do has a test that names it. A line that touches no log is
 * listed in `tests/pure.txt` with its reason; all others are shown on SQLite and on NATS.
 */
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const range = (part: string, first: number, last: number): readonly string[] =>
  Array.from({ length: last - first + 1 }, (_, n) => `${part}-${String(first + n).padStart(3, "0")}`);

/** The lines that are done, by the step that did them. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  workflows: [
    ...range("S0", 1, 36),
    ...range("S3", 2, 14),
    ...range("S3", 26, 36),
    ...range("S4", 1, 11),
    ...range("S4", 21, 22),
    ...range("S4", 25, 32),
    "S4-052",
  ],
  "talk, share and queue": [
    "S1-026",
    ...range("S4", 12, 18),
    ...range("S4", 33, 46),
    "S4-054",
    "T-R1",
    "T-R2",
    "T-R3",
    "T-R4",
  ],
  "projections and analytics": [
    ...range("S0", 57, 62),
    ...range("S1", 1, 25),
    ...range("S2", 12, 15),
    "S3-048",
    ...range("S4", 19, 20),
    ...range("S4", 47, 51),
    "T-O0",
    "T-O1",
    "T-O2",
    "T-O3",
    "T-O4",
    "T-O5",
    "T-M1",
    "T-M2",
    "T-A2",
    "T-E1",
    "T-E2",
    "T-E3",
  ],
  critic: [...range("S0", 37, 55), "S0-065", "T-C1", "T-C3", "T-C4", "T-C5"],
};

const titles = globSync("tests/**/*.ts")
  .filter((file) => !file.endsWith("requirement-lines.test.ts"))
  .flatMap(
    (file) =>
      readFileSync(file, "utf8").match(/["'`][^"'`\n]*\b(?:S[0-4]-\d{3}|T-[A-Z]\d)\b[^"'`\n]*/g) ?? [],
  );
const named = new Set(titles.flatMap((title) => title.match(/\b(?:S[0-4]-\d{3}|T-[A-Z]\d)\b/g) ?? []));

const pure = readFileSync("tests/pure.txt", "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

describe("the lines of what the system must do", () => {
  it.each(Object.entries(LINES))("%s: each has a test that names it", (_, lines) => {
    expect(lines.filter((line) => !named.has(line))).toEqual([]);
  });

  it("tests/pure.txt names lines that are tested, each once, in order, with its reason", () => {
    const listed = pure.map((line) => /^([ST][0-9A-Z]?-?[A-Z]?\d+)\s+\S/.exec(line)?.[1] ?? line);
    expect(listed).toEqual([...new Set(listed)].toSorted());
    expect(listed.filter((line) => line.startsWith("S") && !named.has(line))).toEqual([]);
  });
});
