/** What looks at one side of a text's quality, and what it finds. */
import { TroupeError } from "../../errors.ts";
import type { JsonObject } from "../../events/json.ts";
import type { MarkdownDocument } from "./document.ts";

/** One thing that is wrong, or worth knowing. */
export interface Finding {
  readonly text: string;
  /** Where it stands, from 1; absent for the document as a whole. */
  readonly line?: number;
  /** It costs nothing: to be known, not to be mended. */
  readonly isInfo?: boolean;
}

/** How good a text is, as one validator sees it. */
export interface Score {
  /** 0 to 1. */
  readonly score: number;
  readonly issues?: readonly (string | Finding)[];
  /** What was counted, for programs. */
  readonly facts?: JsonObject;
}

/** Looks at one dimension of a text. Pure: the same text has the same score. */
export interface Validator {
  /** Of the dimension, as in `code_validity`: its issues begin with `[CODE_VALIDITY]`. */
  readonly name: string;
  /** 0 to 1: the least score that passes. */
  readonly threshold: number;
  readonly check: (document: MarkdownDocument) => Score;
}

/** A dimension of a text, judged. */
export interface Dimension {
  readonly dimension: string;
  /** 0 to 1. */
  readonly score: number;
  readonly threshold: number;
  /** Whether the score is the threshold or more. */
  readonly passed: boolean;
  readonly issues: readonly Finding[];
  readonly facts: JsonObject;
}

/** The least scores of the four dimensions that every critique has (S0-037). */
export const THRESHOLDS = {
  completeness: 0.8,
  structure: 0.8,
  citations: 0.7,
  code_validity: 0.9,
} as const;

/**
 * What a validator says of a document.
 *
 * @throws {@link TroupeError} `VALIDATOR_FAILED` where it throws, or answers no score of 0 to 1.
 */
export function judged({ name, threshold, check }: Validator, document: MarkdownDocument): Dimension {
  const { score, issues = [], facts = {} } = answerOf(name, () => check(document));
  const findings = issues.map((issue) => (typeof issue === "string" ? { text: issue } : issue));
  return { dimension: name, score, threshold, passed: score >= threshold, issues: findings, facts };
}

function answerOf(name: string, check: () => Score): Score {
  let answer: unknown;
  try {
    answer = check();
  } catch (cause) {
    throw failed(name, `threw: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (!isScore(answer)) throw failed(name, `answered no score of 0 to 1 (${shown(answer)})`);
  return answer;
}

/** Validators are typed; those of a JavaScript program are not. */
function isScore(answer: unknown): answer is Score {
  if (typeof answer !== "object" || answer === null || !("score" in answer)) return false;
  const { score } = answer;
  return typeof score === "number" && score >= 0 && score <= 1;
}

function shown(answer: unknown): string {
  if (answer instanceof Promise) return "a promise: a validator does not wait";
  if (typeof answer !== "object" || answer === null) return `it is ${String(answer)}`;
  return "score" in answer ? `score is ${String(answer.score)}` : "it has no score";
}

function failed(name: string, what: string, cause?: unknown): TroupeError {
  return new TroupeError("VALIDATOR_FAILED", `the validator "${name}" ${what}`, {
    hint: "Let its check return { score, issues } for every text, also for an empty one.",
    data: { validator: name },
    cause,
  });
}
