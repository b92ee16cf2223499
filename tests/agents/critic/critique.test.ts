/** The whole: golden samples, the verdict and the grade, validators of users. */
import { describe, expect, it } from "vitest";
import { critique, gradeOf, meanOf } from "../../../src/agents/critic/critique.ts";
import { THRESHOLDS, type Validator } from "../../../src/agents/critic/validator.ts";
import { block, dimension, FENCE, of } from "../../support/critic.ts";

const GOLDEN = `# Python Async/Await Guide

## Introduction

Python's async/await syntax enables concurrent programming.

## Basic Usage

${FENCE}python
async def example():
    await asyncio.sleep(1)
${FENCE}

Research shows that async improves I/O performance significantly.
`;

const WANTED = ["Introduction", "Basic Usage", "Best Practices"];

describe("the golden samples", () => {
  it("S0-049: Python Async/Await Guide", () => {
    const found = critique(GOLDEN, { requirements: WANTED });
    expect(found.overall).toBeCloseTo(0.6667, 4);
    expect(found.grade).toBe("D");
    expect(dimension(found, "structure").score).toBe(1);
    expect(dimension(found, "citations")).toMatchObject({ score: 0, facts: { claims_found: 1 } });
    expect(dimension(found, "completeness")).toMatchObject({
      score: 2 / 3,
      facts: { coverage: "2/3 requirements covered" },
    });
    expect(dimension(found, "code_validity")).toMatchObject({
      score: 1,
      facts: { blocks_found: 1, blocks_valid: 1 },
    });
  });

  it("S0-050: an empty document is .95 by the mean, and A", () => {
    const found = critique("");
    expect(found).toMatchObject({ overall: 0.95, grade: "A", passed_mean: true });
  });

  it.each(["", " \n\t\n", "\uFEFF", "\u200B\u200B"])(
    "T-C1: an empty document (%j) does not pass",
    (text) => {
      const found = critique(text);
      expect(found.passed).toBe(false);
      expect(found.issues[0]).toMatchObject({
        priority: "critical",
        text: "[CONTENT] The document is empty",
      });
    },
  );

  it("S0-050: a skipped level, and four claims with one link", () => {
    expect(of("structure", "# a\n### b").score).toBe(0.9);
    const claims =
      "A shows b. C proves d. E demonstrates f. G indicates h, says [i](https://i.example).";
    const found = critique(`# t\n\n${claims}`);
    expect(dimension(found, "citations")).toMatchObject({
      score: 0.25,
      facts: { claims_found: 4, citations_found: 1 },
      issues: [{ text: "Low citation ratio: 1 citations for 4 claims" }],
    });
    expect(found).toMatchObject({ overall: 0.8125, grade: "B" });
  });

  it("T-C1: a dimension below its own threshold fails what the mean would pass", () => {
    const found = critique("# t\n\nA shows b. C proves d. E demonstrates f. G indicates [h](i).");
    expect(found).toMatchObject({ overall: 0.8125, passed_mean: true, passed: false });
  });
});

it("S0-037: the thresholds", () => {
  expect(THRESHOLDS).toEqual({ completeness: 0.8, structure: 0.8, citations: 0.7, code_validity: 0.9 });
});

describe("the whole", () => {
  it("S0-047: the mean of the four, and issues with their dimension in front", () => {
    const found = critique(`## a\n\nA shows b.\n\n${block("")}`, { requirements: ["zzz"] });
    expect(found.overall).toBe(0.1875);
    expect(found.passed).toBe(false);
    expect(found.issues.map(({ text }) => text)).toEqual([
      "[STRUCTURE] Missing top-level header",
      "[STRUCTURE] Code block missing language identifier",
      "[CITATIONS] No citations found for 1 claim",
      "[COMPLETENESS] Missing requirement: zzz",
      "[CODE_VALIDITY] Code block without a language",
    ]);
  });

  it.each([
    [1, "A"],
    [0.9, "A"],
    [0.8999, "B"],
    [0.8, "B"],
    [0.7999, "C"],
    [0.7, "C"],
    [0.6999, "D"],
    [0.6, "D"],
    [0.5999, "F"],
    [0, "F"],
  ])("S0-048: %d is %s", (share, grade) => expect(gradeOf(share)).toBe(grade));

  it("S0-048: a mean that binary fractions leave just below .8 is .8", () => {
    expect(meanOf([0.85, 0.95, 0.8, 0.6])).toBe(0.8);
  });

  it("S0-055: issues are told by dimension, the critical ones first", () => {
    const found = critique(`# a\n\n### b\n\nA shows b.`);
    expect(found.issues).toEqual([
      {
        dimension: "citations",
        priority: "critical",
        text: "[CITATIONS] No citations found for 1 claim",
        line: 5,
      },
      {
        dimension: "structure",
        priority: "minor",
        text: "[STRUCTURE] Header hierarchy skip detected (jumped from H1 to H3)",
        line: 3,
      },
      {
        dimension: "code_validity",
        priority: "info",
        text: "[CODE_VALIDITY] No code blocks found",
      },
    ]);
  });
});

describe("validators of users", () => {
  const brevity: Validator = {
    name: "brevity",
    threshold: 0.5,
    check: ({ content }) => ({ score: content.length < 5 ? 1 : 0 }),
  };

  /** As a program without types gives it. */
  const loose = (given: object): Validator => ({ ...brevity, ...given });

  it("count like the four", () => {
    expect(critique("# a", { validators: [brevity] })).toMatchObject({ overall: 1, passed: true });
    const long = critique("# abcdef", { validators: [brevity] });
    expect(long).toMatchObject({ overall: 0.8, passed_mean: true, passed: false });
    expect(long.issues[0]).toMatchObject({
      priority: "critical",
      text: "[BREVITY] The score is 0, and 0.5 is wanted",
    });
  });

  it("give a reason where only the mean is too low", () => {
    const weak = Array.from({ length: 4 }, (_, at): Validator => {
      return { name: `weak_${at}`, threshold: 0.1, check: () => ({ score: 0.4 }) };
    });
    const found = critique("# a", { validators: weak });
    expect(found).toMatchObject({ overall: 0.7, passed: false });
    expect(found.issues[0]).toMatchObject({
      priority: "critical",
      text: "[WEAK_0] The score is 0.4, and 0.8 is wanted",
    });
  });

  it.each<[string, () => unknown]>([
    [
      "threw: boom",
      () => {
        throw new Error("boom");
      },
    ],
    ["score is 2", () => ({ score: 2 })],
    ["score is NaN", () => ({ score: Number.NaN })],
    ["score is 1", () => ({ score: "1" })],
    ["it has no score", () => ({})],
    ["it is undefined", () => undefined],
    ["a promise: a validator does not wait", async () => ({ score: 1 })],
  ])("that fail are a clear error: %s", (why, check) => {
    const refused = thrownBy(() => critique("# a", { validators: [loose({ check })] }));
    expect(refused).toMatchObject({ code: "VALIDATOR_FAILED", data: { validator: "brevity" } });
    expect(refused).toHaveProperty("message", expect.stringContaining(`"brevity"`));
    expect(refused).toHaveProperty("message", expect.stringContaining(why));
  });

  it.each([
    [{ name: "structure" }, 'the validator "structure" has the name of another one'],
    [{ name: "" }, 'the validator "" needs a name'],
    [{ threshold: 1.5 }, "has the threshold 1.5, which is not 0 to 1"],
    [{ threshold: Number.NaN }, "has the threshold NaN"],
  ])("that are none are refused: %j", (given, why) => {
    const refused = thrownBy(() => critique("# a", { validators: [loose(given)] }));
    expect(refused).toMatchObject({ code: "INPUT_INVALID", message: expect.stringContaining(why) });
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
