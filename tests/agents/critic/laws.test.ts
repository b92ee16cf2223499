/** What holds for every text. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { critique, gradeOf } from "../../../src/agents/critic/critique.ts";
import { parseMarkdown } from "../../../src/agents/critic/document.ts";
import { feedbackReport, percent } from "../../../src/agents/critic/feedback.ts";
import { MAX_DEPTH } from "../../../src/agents/critic/lexer.ts";
import { reviewDecision, reviewReport } from "../../../src/agents/critic/review.ts";
import { verdictOf } from "../../../src/agents/critic/verdict.ts";
import { Verdict } from "../../../src/events/work.ts";

/** Pieces of which Markdown that is odd is made. */
const PIECES = [
  "# a\n",
  "### b\n",
  "c\n===\n",
  "- d\n",
  "  - e\n",
  "1. f\n",
  "> g\n",
  "> > ",
  "> - ",
  "   ",
  "\t",
  "```\n",
  "```js\n",
  "~~~\n",
  "> ```\n",
  "- ```\n",
  "  ```\n",
  "x = 1\n",
  "\n",
  "\n\n",
  "\r\n",
  "Research shows i. ",
  "[j](k)",
  "[j]",
  "[j]: k\n",
  "![l](m)",
  "(Ada, 1843)",
  "`",
  "``",
  "*",
  "_",
  "<!-- ",
  "-->",
  "<div>\n",
  "</div>\n",
  "<pre>",
  "| n | o |\n",
  "|---|---|\n",
  "\\",
  "&amp;",
  "\0",
  "\u{1F600}",
  "\uD800",
  "C++",
  "---\n",
  "![",
  "](",
  "]",
  "<",
  "http://p.example ",
];

const markdown = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ maxLength: 6 })), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(""));
const text = fc.oneof(
  { weight: 3, arbitrary: markdown },
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
);
const words = fc.stringMatching(/^[a-z]{1,3}( [a-z]{1,3}){0,2}$/);
const requirements = fc.array(fc.oneof(words, fc.constantFrom("C++", "a", "x = 1")), { maxLength: 5 });

describe("for every text", () => {
  test.prop({ text, requirements })("scores are 0 to 1, and nothing throws", (given) => {
    const found = critique(given.text, given);
    for (const { score } of found.dimensions) {
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
    const { dimensions, overall } = found;
    expect(overall).toBeCloseTo(dimensions.reduce((sum, { score }) => sum + score, 0) / 4, 9);
    expect(feedbackReport(found)).toContain(found.passed ? "✅ PASSED" : "❌ NEEDS REFINEMENT");
    expect(reviewReport(found, { id: "r", artifact: "a.md", now: () => 0 })).toContain("## Critical");
  });

  test.prop({ text, requirements })(
    "T-C1: what passes has .8, every dimension at its threshold, and something in it",
    (given) => {
      const { passed, overall, dimensions, issues, passed_mean } = critique(given.text, given);
      const good = overall >= 0.8 && dimensions.every(({ score, threshold }) => score >= threshold);
      expect(passed).toBe(good && /[^\s\p{C}]/u.test(given.text));
      expect(passed_mean).toBe(overall >= 0.8);
      expect(issues.some(({ priority }) => priority === "critical")).toBe(!passed);
    },
  );

  test.prop({ text, requirements })("a gate opens for its verdict where it passes", (given) => {
    const found = critique(given.text, given);
    const { completeness, accuracy, issues } = Verdict.parse(verdictOf(found));
    expect(completeness >= 8 && accuracy >= 8).toBe(found.passed);
    expect(found.passed || issues.length > 0).toBe(true);
  });

  test.prop({ text, requirements, word: words })(
    "S0-045: one more requirement that is covered never lowers completeness",
    ({ text: given, requirements: wanted, word }) => {
      const content = `${given}\n\n${word}\n`;
      const scoreOf = (all: readonly string[]): number =>
        critique(content, { requirements: all }).dimensions[2]?.score ?? -1;
      expect(scoreOf([word])).toBe(1);
      expect(scoreOf([...wanted, word])).toBeGreaterThanOrEqual(scoreOf(wanted));
    },
  );

  test.prop({ text: markdown })("the line of an issue is where it stands", ({ text: given }) => {
    const { content, headings, blocks } = parseMarkdown(given);
    const lines = content.split("\n");
    for (const { line } of headings) {
      const until = lines.slice(line - 1, line + 4).join("\n");
      expect(until).toMatch(/^ {0,3}#|\n {0,3}(=+|-+)[ \t]*(\n|$)/);
    }
    for (const { line } of blocks) if (line !== undefined) expect(lines[line - 1]).toMatch(/```|~~~/);
  });

  test.prop({ share: fc.double({ min: 0, max: 1, noNaN: true }) })(
    "T-C5: the decision comes from the percentage, and what is shown reaches no more than it",
    ({ share }) => {
      const { decision } = reviewDecision(share);
      const at = (least: number): boolean => share * 100 >= least;
      const wanted = at(80) ? "APPROVE" : at(60) ? "REQUEST REFINEMENT" : "REQUEST MAJOR REVISION";
      expect(decision).toBe(wanted);
      const shown = Number(percent(share).slice(0, -1)) / 100;
      expect(gradeOf(shown)).toBe(gradeOf(share));
      expect(Math.abs(shown - share)).toBeLessThan(0.001_001);
    },
  );
});

describe("time is in proportion to the text, whatever was written to hurt", () => {
  const full = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length));

  /** What judging costs this thread, in ms: other processes may be at work. */
  function costOf(given: string): number {
    const begun = process.threadCpuUsage();
    critique(given, { requirements: ["aa", "[[", "zzz"] });
    const { user, system } = process.threadCpuUsage(begun);
    return (user + system) / 1_000;
  }

  it.each(["[", "`", "`` ` "])("a megabyte of %j takes under 2 s", (piece) => {
    expect(costOf(full(piece, 1_000_000))).toBeLessThan(2_000);
  });

  const SIZE = 150_000;
  const BLOCKS = [
    "a\n-\n",
    "\n|\n-",
    "-\n\t(",
    "- a\nb\n",
    "> a\nb\n- c\n",
    "[a]:\n",
    '[a]: b "',
    "- > a\n",
    "\n",
    "- a\n\n  b\n\n",
    "```\n",
    "> ```\n",
    "[a]: b\n",
    "|a|b|\n|-|\n",
    "<div>\n",
    "> - > - a\n",
  ];
  const INLINE =
    "![|](|[a](|_a|a_|*a |\\[|\\[a|<|<!--|(|(A, |> |- |A shows b. |. | |a|[[a]](|:|~a|&a|http://a.|a@";
  const hurting = BLOCKS.concat(INLINE.split("|")).map((piece): [string, string] => {
    return [JSON.stringify(piece), full(piece, SIZE)];
  });

  it.each<[string, string]>([
    ...hurting,
    ["a link that is never closed", `[${full("a", SIZE)}`],
    ["lines that go on an item", `- a\n${full("b\n", SIZE)}`],
    ["lines within an item", `- a\n${full("  b\n      c\n", SIZE)}`],
    ["lines that go on a quote", `> a\n${full("b\n", SIZE)}`],
    ["code that is never closed", "`" + full("``a", SIZE)],
    ["lists in lists", Array.from({ length: 400 }, (_, at) => `${" ".repeat(2 * at)}- a\n`).join("")],
    ["references", `[a]: b\n\n${full("[a][a] ", SIZE)}`],
  ])("%s", (_name, given) => expect(costOf(given)).toBeLessThan(600));
});

it("a text without blank lines keeps its lines", () => {
  const many = "word\n".repeat(1_234);
  const { headings, blocks, passages } = parseMarkdown(`${many}# a\n${many}- b\n${many}\n- c\n  ~~~\n`);
  expect(headings).toEqual([{ level: 1, line: 1_235 }]);
  expect(passages.slice(0, 4).map(({ line }) => line)).toEqual([1, 501, 1_001, 1_235]);
  expect(blocks.map(({ line }) => line)).toEqual([3 * 1_234 + 5]);
});

it("quotes deeper than the limit are text, and what is above them counts", () => {
  const quoted = (depth: number): string => `${"> ".repeat(depth)}\`\`\`\n${"> ".repeat(depth)}\`\`\``;
  expect(parseMarkdown(quoted(MAX_DEPTH)).blocks).toHaveLength(1);
  expect(parseMarkdown(quoted(MAX_DEPTH + 1)).blocks).toHaveLength(0);
});
