/**
 * A text judged by all validators.
 *
 * - C1. `overall` is the unweighted mean of the dimensions; `passed` needs .8 overall, every
 *   dimension at its own threshold, and a text that is not empty (T-C1).
 * - C2. A critique that is not passed has a critical issue; one that is passed has none.
 */
import { TroupeError } from "../../errors.ts";
import { citations } from "./citations.ts";
import { codeValidity } from "./code-validity.ts";
import { completeness } from "./completeness.ts";
import { parseMarkdown } from "./document.ts";
import { structure } from "./structure.ts";
import { judged, type Dimension, type Finding, type Validator } from "./validator.ts";

export type Grade = "A" | "B" | "C" | "D" | "F";

/** An issue of a critique (S0-055). */
export interface CritiqueIssue {
  readonly dimension: string;
  /**
   * `critical`: while it is there, the text does not pass. `minor`: it passes, and would be
   * better without. `info`: nothing is to be done.
   */
  readonly priority: "critical" | "minor" | "info";
  /** With its dimension in front: `[STRUCTURE] Missing top-level header`. */
  readonly text: string;
  /** From 1; absent for the text as a whole. */
  readonly line?: number;
}

export interface Critique {
  /** 0 to 1. */
  readonly overall: number;
  readonly grade: Grade;
  readonly passed: boolean;
  /** Whether the mean alone would pass: for comparison. */
  readonly passed_mean: boolean;
  readonly dimensions: readonly Dimension[];
  /** Critical ones first, then by dimension. */
  readonly issues: readonly CritiqueIssue[];
}

export interface CritiqueOptions {
  /** What the text must say. Default: nothing. */
  readonly requirements?: readonly string[];
  /** Further ones, behind the four. Default: none. */
  readonly validators?: readonly Validator[];
}

/** The least overall score that passes. */
const PASS = 0.8;

/**
 * Judges a Markdown text by structure, citations, completeness, code validity, and what you add.
 *
 * @throws {@link TroupeError} `VALIDATOR_FAILED`, `INPUT_INVALID` for a requirement that is empty
 * or a validator without a name or threshold of its own. No text makes it throw.
 */
export function critique(
  content: string,
  { requirements = [], validators = [] }: CritiqueOptions = {},
): Critique {
  const all = [structure, citations, completeness(requirements), codeValidity, ...validators];
  checkValidators(all);
  const document = parseMarkdown(content);
  const dimensions = all.map((validator) => judged(validator, document));
  const overall = meanOf(dimensions.map(({ score }) => score));
  // what cannot be seen is nothing
  const isEmpty = !/[^\s\p{C}]/u.test(content);
  const passed = overall >= PASS && dimensions.every((one) => one.passed) && !isEmpty;
  return {
    overall,
    grade: gradeOf(overall),
    passed,
    passed_mean: overall >= PASS,
    dimensions,
    issues: byPriority([
      ...(isEmpty ? [EMPTY] : []),
      ...dimensions.flatMap((one) => issuesOf(one, passed)),
    ]),
  };
}

/** S0-048: the letter, for display. @param share 0 to 1. */
export function gradeOf(share: number): Grade {
  if (share >= 0.9) return "A";
  if (share >= 0.8) return "B";
  if (share >= 0.7) return "C";
  return share >= 0.6 ? "D" : "F";
}

/** Free of what adding binary fractions leaves: four times .8 is .8. */
export function meanOf(scores: readonly number[]): number {
  const sum = scores.reduce((a, b) => a + b, 0);
  return Math.round((sum / scores.length) * 1e12) / 1e12;
}

const EMPTY: CritiqueIssue = {
  dimension: "content",
  priority: "critical",
  text: "[CONTENT] The document is empty",
};

function issuesOf(one: Dimension, passed: boolean): readonly CritiqueIssue[] {
  const isCritical = !one.passed || (!passed && one.score < PASS);
  const priority = isCritical ? "critical" : "minor";
  return reasonsOf(one, isCritical).map(({ text, line, isInfo = false }) => ({
    dimension: one.dimension,
    priority: isInfo ? "info" : priority,
    text: `[${one.dimension.toUpperCase()}] ${text}`,
    ...(line !== undefined && { line }),
  }));
}

/** A score that is too low says so where its validator gives no reason. */
function reasonsOf({ issues, score, threshold }: Dimension, isCritical: boolean): readonly Finding[] {
  if (!isCritical || issues.some(({ isInfo = false }) => !isInfo)) return issues;
  const wanted = score < threshold ? threshold : PASS;
  return [...issues, { text: `The score is ${score}, and ${wanted} is wanted` }];
}

const PRIORITIES: readonly CritiqueIssue["priority"][] = ["critical", "minor", "info"];

function byPriority(issues: readonly CritiqueIssue[]): readonly CritiqueIssue[] {
  return PRIORITIES.flatMap((priority) => issues.filter((issue) => issue.priority === priority));
}

function checkValidators(validators: readonly Validator[]): void {
  const names = new Set<string>();
  for (const { name, threshold } of validators) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw wrong(name, "needs a name such as tone_of_voice");
    if (!(threshold >= 0 && threshold <= 1))
      throw wrong(name, `has the threshold ${threshold}, which is not 0 to 1`);
    if (names.has(name)) throw wrong(name, "has the name of another one");
    names.add(name);
  }
}

function wrong(name: string, what: string): TroupeError {
  return new TroupeError("INPUT_INVALID", `the validator "${name}" ${what}`, {
    hint: "Give each validator a name of its own, and a threshold of 0 to 1.",
    data: { validator: name },
  });
}
