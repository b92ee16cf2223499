/** The four validators, one by one. */
import { describe, expect, it } from "vitest";
import { critique } from "../../../src/agents/critic/critique.ts";
import { block, FENCE, of, texts, times } from "../../support/critic.ts";

describe("structure", () => {
  it("S0-038: a text without a top-level header loses 20", () => {
    expect(of("structure", "## a\n\nb")).toMatchObject({ score: 0.8, passed: true });
    expect(texts(of("structure", "## a\n\nb"))).toEqual(["Missing top-level header"]);
    expect(of("structure", "Title\n=====\n\nb").score).toBe(1);
    expect(of("structure", "#no header").score).toBe(0.8);
  });

  it("S0-039: each jump of more than one level loses 10, and says from where to where", () => {
    const found = of("structure", "# a\n\n### b\n\n# c\n\n#### d\n\n## e");
    expect(found.score).toBe(0.8);
    expect(found.issues).toEqual([
      { text: "Header hierarchy skip detected (jumped from H1 to H3)", line: 3 },
      { text: "Header hierarchy skip detected (jumped from H1 to H4)", line: 7 },
    ]);
  });

  it("S0-040: each fenced block without a language loses 5, also in lists and quotes", () => {
    const text = `# a\n\n${block("")}\n\n- b\n\n  ~~~\n  c\n  ~~~\n\n> - d\n>   ${FENCE}\n>   e\n>   ${FENCE}`;
    const found = of("structure", text);
    expect(found.score).toBe(0.85);
    expect(found.issues).toEqual(
      [3, 9, 14].map((line) => ({ text: "Code block missing language identifier", line })),
    );
    expect(of("structure", "# a\n\n    indented").score).toBe(1);
  });

  it("S0-041: the score is never below 0, and passes from 80", () => {
    const poor = of("structure", times(block(""), 40));
    expect(poor).toMatchObject({ dimension: "structure", score: 0, passed: false });
    expect(poor.issues).toHaveLength(41);
    expect(of("structure", `# a\n\n${times(block(""), 4)}`)).toMatchObject({
      score: 0.8,
      passed: true,
    });
    expect(of("structure", `# a\n\n${times(block(""), 5)}`)).toMatchObject({
      score: 0.75,
      passed: false,
    });
  });

  it("T-C3: what looks like a header within code is none", () => {
    expect(texts(of("structure", "```sh\n# a\n### b\n```"))).toEqual(["Missing top-level header"]);
    expect(of("structure", "# a\n\n````md\n```\n### b\n```\n````").score).toBe(1);
  });
});

describe("citations", () => {
  it.each([
    ["Research shows a. Data show b.", 2],
    ["It proves a. They prove b. He demonstrates c. We demonstrate d. X indicates e. Y indicate f.", 6],
    ["research shows a.", 0],
    ["A showed b. Showstoppers happen. The side-shows end.", 0],
    ["Tests (e.g. v1.2.3) show that it holds. Hopper et al. show more.", 2],
    ['He said "no." Data show (see above.) A lot! All proves? Yes. 3 shows 4.', 2],
    ["*Research* **shows** a.\n\n> Data show b.\n\n- Tests prove c.", 3],
    ["# What the study shows\n\nNothing.", 0],
    ["A study\nshows it", 1],
    ["| What | Why |\n|---|---|\n| A shows b | C proves d |", 2],
    ["<!-- Research shows a. -->", 0],
    ["Every test\n\nshows a.", 0],
  ])("S0-042: claims of %j", (text, claims) => {
    expect(of("citations", text).facts).toMatchObject({ claims_found: claims });
  });

  it.each([
    ["[a](b) and [c](https://d.example)", 2],
    ["[a][1] and [b]\n\n[1]: https://c.example\n[b]: https://d.example", 2],
    ["[a]() and ![b](c) and `[d](e)` and https://f.example", 0],
    ["[![a](b)](c)", 1],
    ["(Lovelace, 1843) and (Hopper et al., 1952a) and (Ada, 1843; Bob, 1844, p. 3)", 4],
    ["(ada, 1843) and (Ada, 43) and (see below) and (1843)", 0],
    ["- [a](b)\n  > (Ada, 1843)", 2],
  ])("S0-043: citations of %j", (text, citations) => {
    expect(of("citations", text).facts).toMatchObject({ citations_found: citations });
  });

  const claims = (count: number): string => times("A shows b.", count);
  const links = (count: number): string => times("[a](b)", count);

  it("S0-044: claims without citations score 0", () => {
    expect(of("citations", claims(2))).toMatchObject({ score: 0, passed: false });
    expect(texts(of("citations", claims(2)))).toEqual(["No citations found for 2 claims"]);
    expect(of("citations", "Nothing is claimed.")).toMatchObject({
      score: 1,
      passed: true,
      issues: [],
    });
  });

  it.each([
    [100, 29, 0.29],
    [100, 30, 1],
    [10, 3, 1],
    [7, 2, 0.28],
    [3, 1, 1],
    [1, 5, 1],
  ])("S0-044: %i claims with %i citations", (many, few, score) => {
    const found = of("citations", `${claims(many)}\n\n${links(few)}`);
    expect(found).toMatchObject({ score, passed: score >= 0.7 });
    expect(texts(found)).toEqual(
      score === 1 ? [] : [`Low citation ratio: ${few} citations for ${many} claims`],
    );
  });

  it("T-C3: what stands in code claims and cites nothing", () => {
    const text = `${block("md", "Research shows a [b](c) (Ada, 1843).")}\n\n    Data show d.`;
    expect(of("citations", text).facts).toEqual({ claims_found: 0, citations_found: 0 });
  });
});

describe("completeness", () => {
  it.each([
    ["Basic Usage", "# basic USAGE", true],
    ["Basic Usage", "the basic\nusage is", true],
    ["Basic Usage", "**Basic** Usage", true],
    ["Basic Usage", "basic\n\nusage", false],
    ["use", "users and misuse", false],
    ["use", "users: use it", true],
    ["use", "re_use", false],
    ["über", "rüber", false],
    ["Ärger", "viel ärger.", true],
    ["café", "Cafe\u0301", true],
    ["a.c", "abc", false],
    ["x", "```js\nx = 1;\n```", true],
  ])("S0-045: %j in %j: %j", (requirement, text, isCovered) => {
    expect(of("completeness", text, [requirement]).score).toBe(isCovered ? 1 : 0);
  });

  it("S0-045: the share that is covered, and what is missing", () => {
    const found = of("completeness", "a b c d", ["a", "b", "c", "d", "e"]);
    expect(found).toMatchObject({ score: 0.8, passed: true });
    expect(found.facts).toEqual({ coverage: "4/5 requirements covered" });
    expect(texts(found)).toEqual(["Missing requirement: e"]);
    expect(of("completeness", "a b c", ["a", "b", "c", "e"])).toMatchObject({
      score: 0.75,
      passed: false,
    });
    expect(of("completeness", "")).toMatchObject({ score: 1, passed: true });
  });

  it.each([
    ["C++", "in C++.", true],
    ["C++", "C++17", true],
    ["C++", "ObjC++", false],
    [".NET", "ASP.NET core", true],
    [".NET", ".NETs", false],
    ["(a)", "x(a)y", true],
  ])("T-C4: %j in %j: %j", (requirement, text, isCovered) => {
    expect(of("completeness", text, [requirement]).score).toBe(isCovered ? 1 : 0);
  });

  it("refuses a requirement that says nothing", () => {
    expect(() => critique("a", { requirements: ["a", " \n"] })).toThrow("requirements[1] is empty");
  });
});

describe("code validity", () => {
  it("S0-046: a text without blocks scores 1, and says so", () => {
    const found = of("code_validity", "a\n\n    b");
    expect(found).toMatchObject({ score: 1, passed: true });
    expect(found.issues).toEqual([{ text: "No code blocks found", isInfo: true }]);
  });

  it("S0-046: a block without a language, or without code, is not valid", () => {
    const found = of("code_validity", [block("js"), block(""), block("py", " ")].join("\n\n"));
    expect(found).toMatchObject({ score: 1 / 3, passed: false });
    expect(found.issues).toEqual([
      { text: "Code block without a language", line: 5 },
      { text: "Code block is empty", line: 9 },
    ]);
    const nine = times(block("js"), 9);
    expect(of("code_validity", `${nine}\n\n${block("")}`)).toMatchObject({ score: 0.9, passed: true });
  });

  it("S0-046: a block that is never closed goes to the end", () => {
    expect(of("code_validity", "```js\nx\n# y\n")).toMatchObject({
      score: 1,
      facts: { blocks_found: 1 },
    });
  });
});
