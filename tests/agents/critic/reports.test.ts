/** What a critique becomes: feedback, a review, a gate's verdict, an assessment of many. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { assess } from "../../../src/agents/critic/assess.ts";
import { critique } from "../../../src/agents/critic/critique.ts";
import { feedbackReport, percent } from "../../../src/agents/critic/feedback.ts";
import { parseRequirements } from "../../../src/agents/critic/requirements.ts";
import { reviewDecision, reviewReport, writeReview } from "../../../src/agents/critic/review.ts";
import { verdictOf } from "../../../src/agents/critic/verdict.ts";

const POOR = critique("## a\n\nA shows b.\n\n```\nx\n```\n", { requirements: ["*b*", "zzz"] });
const GOOD = critique("# a\n\n### b\n");
const now = (): number => Date.UTC(2026, 10, 21, 9, 30);

const folder = mkdtempSync(join(tmpdir(), "troupe-critic-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("S0-051: the feedback report", () => {
  it("of a text that has not passed says what is to be done", () => {
    expect(feedbackReport(POOR)).toBe(`# Quality Feedback Report

**Overall Score**: 18.8% (Grade F)${"  "}
**Status**: ❌ NEEDS REFINEMENT

## Issues Identified

- critical: [STRUCTURE] Missing top-level header
- critical: [STRUCTURE] Code block missing language identifier (line 5)
- critical: [CITATIONS] No citations found for 1 claim (line 3)
- critical: [COMPLETENESS] Missing requirement: \\*b\\*
- critical: [COMPLETENESS] Missing requirement: zzz
- critical: [CODE_VALIDITY] Code block without a language (line 5)

## Dimension Scores

| Dimension | Score | Threshold | Passed |
| --- | --- | --- | --- |
| structure | 75.0% | 80.0% | ❌ |
| citations | 0.0% | 70.0% | ❌ |
| completeness | 0.0% | 80.0% | ❌ |
| code_validity | 0.0% | 90.0% | ❌ |

## Recommended Actions

1. [STRUCTURE] Missing top-level header
2. [STRUCTURE] Code block missing language identifier (line 5)
3. [CITATIONS] No citations found for 1 claim (line 3)
4. [COMPLETENESS] Missing requirement: \\*b\\*
5. [COMPLETENESS] Missing requirement: zzz
6. [CODE_VALIDITY] Code block without a language (line 5)
`);
  });

  it("of a text that has passed recommends nothing", () => {
    const text = feedbackReport(GOOD);
    expect(text).toContain("**Overall Score**: 97.5% (Grade A)");
    expect(text).toContain("**Status**: ✅ PASSED");
    expect(text).toContain("- minor: [STRUCTURE] Header hierarchy skip detected");
    expect(text).not.toContain("Recommended Actions");
  });

  it.each([
    [2 / 3, "66.7%"],
    [0.8, "80.0%"],
    [0.79996, "79.9%"],
    [0.5999, "59.9%"],
    [1, "100.0%"],
    [0, "0.0%"],
  ])("%d is shown as %s", (share, shown) => expect(percent(share)).toBe(shown));
});

describe("S0-053, T-C5: the decision", () => {
  it.each([
    [1, "APPROVE", "APPROVED"],
    [0.8, "APPROVE", "APPROVED"],
    [0.7999, "REQUEST REFINEMENT", "NEEDS_REFINEMENT"],
    [0.6, "REQUEST REFINEMENT", "NEEDS_REFINEMENT"],
    [0.5999, "REQUEST MAJOR REVISION", "NEEDS_MAJOR_REVISION"],
    [0, "REQUEST MAJOR REVISION", "NEEDS_MAJOR_REVISION"],
  ])("of %d is %s", (overall, decision, status) => {
    expect(reviewDecision(overall)).toEqual({ decision, status });
  });
});

describe("S0-054: the review", () => {
  it("is written as a whole, with all that its reader needs", async () => {
    const into = join(folder, "a", "artifacts");
    const options = { id: "guide_1", artifact: "docs/guide.md", reviewer: "ada", now, folder: into };
    const path = await writeReview(POOR, options);
    expect(path).toBe(join(into, "feedback-guide_1.md"));
    expect(readdirSync(into)).toEqual(["feedback-guide_1.md"]);
    const text = readFileSync(path, "utf8");
    for (const part of [
      "# Review guide_1\n",
      "- **Artifact**: docs/guide.md\n",
      "- **Reviewer**: ada\n",
      "- **Date**: 2026-11-21T09:30:00.000Z\n",
      "- **Decision**: REQUEST MAJOR REVISION\n",
      "- **Status**: NEEDS_MAJOR_REVISION\n",
      "- **Overall Score**: 18.8% (Grade F)\n",
      "- **Passed**: no\n",
      "## Dimensional Analysis\n\n| Dimension | Score |",
      "## Critical Issues\n\n- [STRUCTURE] Missing top-level header\n",
      "## Recommended Improvements\n\nNone.\n",
      "## Refinement Instructions\n\nBefore it can pass:\n\n1. [STRUCTURE] Missing top-level header\n",
      "Write the refined text to `artifacts/guide-v2.md`.\n",
    ])
      expect(text).toContain(part);
    await writeReview(GOOD, options);
    expect(readFileSync(path, "utf8")).toContain("- **Decision**: APPROVE\n");
  });

  it("tells minor issues apart, and asks for nothing where there is nothing", () => {
    const good = reviewReport(GOOD, { id: "r", artifact: "a.md", now });
    expect(good).toContain("## Critical Issues\n\nNone.\n");
    expect(good).toContain("## Recommended Improvements\n\n- [STRUCTURE] Header hierarchy skip");
    expect(good).toContain("Optional:");
    const best = reviewReport(critique("# a"), { id: "r", artifact: "a.md", now });
    expect(best).toContain("## Refinement Instructions\n\nNothing is to be refined.\n");
  });

  it.each([
    ["guide.md", "guide-v2.md"],
    ["x/guide-v2.md", "guide-v3.md"],
    ["guide-v9.tar.gz", "guide-v9.tar-v2.gz"],
    ["README", "README-v2"],
    ["a`b.md", "ab-v2.md"],
  ])("%s is refined as %s", (artifact, target) => {
    expect(reviewReport(POOR, { id: "r", artifact, now })).toContain(`\`artifacts/${target}\``);
  });

  it.each(["", "a/b", "..", "a b", "é"])("refuses the id %j", async (id) => {
    const refused = writeReview(POOR, { id, artifact: "a.md", folder });
    await expect(refused).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(readdirSync(folder)).not.toContain(`feedback-${id}.md`);
  });

  it("says where it could not be written", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const refused = writeReview(POOR, { id: "r", artifact: "a.md", folder: file });
    await expect(refused).rejects.toMatchObject({ code: "FILE_NOT_WRITTEN" });
  });
});

describe("a gate's verdict", () => {
  it("has 8 where a dimension is at its threshold, and 10 at best", () => {
    expect(verdictOf(critique("# a"))).toEqual({ completeness: 10, accuracy: 10, issues: [] });
    const { completeness, accuracy } = verdictOf(
      critique("## a\n\na b c d", { requirements: ["a", "b", "c", "d", "e"] }),
    );
    expect({ completeness, accuracy }).toEqual({ completeness: 8, accuracy: 8 });
  });

  it("tells what is to be mended, and opens for nothing that is empty", () => {
    expect(verdictOf(POOR).issues).toContain("[CITATIONS] No citations found for 1 claim (line 3)");
    expect(verdictOf(critique(""))).toMatchObject({ completeness: 0, accuracy: 0 });
    expect(verdictOf(critique("a")).issues).not.toContain("[CODE_VALIDITY] No code blocks found");
  });

  it("stays closed where only the mean is too low", () => {
    const validators = [1, 2, 3, 4].map((n) => {
      return { name: `weak_${n}`, threshold: 0.1, check: () => ({ score: 0.4 }) };
    });
    const found = critique("# a", { validators });
    expect(found).toMatchObject({ overall: 0.7, passed: false });
    expect(verdictOf(found).accuracy).toBe(7);
  });

  it("is short, however much there is to say", () => {
    const wanted = Array.from({ length: 5_000 }, (_, at) => `${"\u{1F600}".repeat(500)} ${at}`);
    const { issues } = verdictOf(critique("# a", { requirements: wanted }));
    expect(issues).toHaveLength(51);
    expect(issues.at(-1)).toBe("… and 4950 more");
    expect(JSON.stringify(issues).length).toBeLessThan(32_768);
    expect(issues.every((issue) => issue.isWellFormed())).toBe(true);
  });
});

describe("S0-065: the quality of a set of artifacts", () => {
  it("is that of each, and their mean", () => {
    const found = assess([
      { name: "good", content: "# a" },
      { name: "poor", content: "## a\n\nA shows b." },
    ]);
    expect(found).toMatchObject({ mean: 0.85, grade: "B", passed: false });
    expect(found.artifacts.map(({ name, overall, passed }) => ({ name, overall, passed }))).toEqual([
      { name: "good", overall: 1, passed: true },
      { name: "poor", overall: 0.7, passed: false },
    ]);
  });

  it("of none is no number", () => {
    expect(assess([])).toEqual({ artifacts: [], mean: null, grade: null, passed: true });
  });
});

describe("requirements in a file", () => {
  it.each(['["a", "C++"]', '{"requirements": ["a", "C++"], "title": 3}', "- a\n- C++\n"])(
    "%j",
    (text) => {
      expect(parseRequirements(text, "r.json")).toEqual(["a", "C++"]);
    },
  );

  it.each([
    ['["a",\n 3]', "r.json:2:2 [1]: must be text, not number 3"],
    ['{"requirements": ["a", " "]}', "r.json:1:24 requirements[1]: is empty"],
    ['{"wanted": []}', 'r.json:1:1 requirements: there are no "requirements"'],
    ['{"requirements": "a"}', "r.json:1:18 requirements: must be a list of texts, not text"],
    ["3", "r.json:1:1 must be a list of texts, not number 3"],
    ["", "r.json:1:1 must be a list of texts, not nothing"],
    ['["a"', "r.json:1:"],
  ])("%j is refused with its place", (text, fault) => {
    expect(() => parseRequirements(text, "r.json")).toThrow(fault);
  });
});
