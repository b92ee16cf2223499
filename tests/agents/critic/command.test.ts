/** `troupe critic`: exit 0 passed, 1 not passed, 2 called wrongly. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench } from "../../support/cli.ts";

const GOOD = "# a\n\nSee [b](c).\n";
const POOR = "## a\n\nA shows b.\n";

describe("S0-052: troupe critic FILE", () => {
  it("prints the feedback report, and says by its exit code whether the text has passed", async () => {
    using bench = cliBench();
    const good = await bench.troupe(["critic", bench.write("good.md", GOOD)]);
    expect(good).toMatchObject({ code: 0, err: "" });
    expect(good.out).toContain("# Quality Feedback Report\n\n**Overall Score**: 100.0% (Grade A)");
    const poor = await bench.troupe(["critic", bench.write("poor.md", POOR)]);
    expect(poor.code).toBe(1);
    expect(poor.out).toContain("❌ NEEDS REFINEMENT");
    expect(existsSync(join(bench.folder, "log.db"))).toBe(false);
    expect(existsSync(join(bench.folder, "artifacts"))).toBe(false);
  });

  it.each([[["FILE"]], [["--input", "FILE"]]])(
    "prints one JSON report with --json: %j",
    async (words) => {
      using bench = cliBench();
      const file = bench.write("poor.md", POOR);
      const wanted = bench.write("r.json", '{"requirements": ["a", "z"]}');
      const named = words.map((word) => (word === "FILE" ? file : word));
      const { code, value } = await bench.json(["critic", ...named, "--requirements", wanted]);
      expect(code).toBe(1);
      expect(value).toMatchObject({
        file,
        overall: 0.575,
        grade: "F",
        passed: false,
        passed_mean: false,
        decision: "REQUEST MAJOR REVISION",
        status: "NEEDS_MAJOR_REVISION",
        dimensions: [
          { dimension: "structure", score: 0.8, passed: true },
          { dimension: "citations", score: 0, passed: false, facts: { claims_found: 1 } },
          { dimension: "completeness", score: 0.5, facts: { coverage: "1/2 requirements covered" } },
          { dimension: "code_validity", score: 1 },
        ],
      });
      expect(value).toHaveProperty("issues[0].text", "[CITATIONS] No citations found for 1 claim");
    },
  );

  it("finds files from the folder that it is called in", async () => {
    using bench = cliBench();
    bench.write("good.md", GOOD);
    expect(await bench.troupe(["critic", "good.md"])).toMatchObject({ code: 0 });
  });

  it("S0-054: writes the review into artifacts", async () => {
    using bench = cliBench();
    bench.write("poor.md", POOR);
    const { code, err } = await bench.troupe([
      "critic",
      "poor.md",
      "--review",
      "r1",
      "--reviewer",
      "ada",
    ]);
    expect({ code, err }).toEqual({ code: 1, err: "review in artifacts/feedback-r1.md" });
    const text = readFileSync(join(bench.folder, "artifacts", "feedback-r1.md"), "utf8");
    expect(text).toContain("- **Artifact**: poor.md\n- **Reviewer**: ada\n- **Date**: 2");
    const { value } = await bench.json(["critic", "poor.md", "--review", "r2", "--artifacts", "x"]);
    expect(value).toHaveProperty("review", join(bench.folder, "x", "feedback-r2.md"));
  });

  it("S0-065: prints several as a table with their mean, and as an array with --json", async () => {
    using bench = cliBench();
    bench.write("good.md", GOOD);
    bench.write("poor.md", POOR);
    const { code, out } = await bench.troupe(["critic", "good.md", "poor.md"]);
    expect(code).toBe(1);
    expect(out.split("\n").map((line) => line.trimEnd())).toEqual([
      "FILE     OVERALL  GRADE  PASSED  STRUCTURE  CITATIONS  COMPLETENESS  CODE_VALIDITY",
      "good.md  100.0%   A      yes     100.0%     100.0%     100.0%        100.0%",
      "poor.md  70.0%    C      no      80.0%      0.0%       100.0%        100.0%",
      "mean     85.0%    B      no      90.0%      50.0%      100.0%        100.0%",
    ]);
    const { value } = await bench.json(["critic", "good.md", "--input", "poor.md"]);
    expect(value).toMatchObject([
      { file: "good.md", passed: true },
      { file: "poor.md", passed: false },
    ]);
  });

  it("moves no cursor, whatever a text says", async () => {
    using bench = cliBench();
    const wanted = bench.write("r.json", String.raw`["\u001b[31mred"]`);
    const { out } = await bench.troupe(["critic", bench.write("a.md", GOOD), "--requirements", wanted]);
    expect(out).not.toContain("\u001B");
  });

  it.each([
    [[], "USAGE", "no file was named"],
    [["none.md"], "FILE_NOT_READ", "does not exist"],
    [["."], "FILE_NOT_READ", "is a folder"],
    [["bytes.md"], "FILE_NOT_READ", "is no text in UTF-8"],
    [["good.md", "--requirements", "none.json"], "FILE_NOT_READ", "the requirements file"],
    [
      ["good.md", "--requirements", "wrong.json"],
      "INPUT_INVALID",
      ":1:2 [0]: must be text, not number 1",
    ],
    [["good.md", "good.md", "--review", "r"], "USAGE", "--review goes with one file"],
    [["good.md", "--review", "../r"], "INPUT_INVALID", '"../r" is not an id'],
    [["good.md", "--nope"], "USAGE", "--nope"],
  ])("called wrongly it says how, and writes nothing: %j", async (words, error, why) => {
    using bench = cliBench();
    bench.write("good.md", GOOD);
    bench.write("wrong.json", "[1]");
    bench.write("bytes.md", "a\0b");
    const { code, err } = await bench.troupe(["critic", ...words]);
    expect(code).toBe(2);
    expect(err).toContain(`${error}: `);
    expect(err).toContain(why);
    expect(existsSync(join(bench.folder, "artifacts"))).toBe(false);
  });
});
