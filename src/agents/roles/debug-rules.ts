/**
 * What kind of failure it is, and who mends it: rules, no model (S3-020 to S3-025). Pure.
 */
import type { DebugResult, FailureType } from "../../events/debug.ts";
import type { BranchReason } from "../../events/failure.ts";
import { classify } from "../../machines/task/classify.ts";

/** A branch todo, as far as the rules look at it. */
export interface BranchTodo {
  /** Of its task; `test_failure` says nothing. Default: what the diagnostics say. */
  readonly reason?: BranchReason | undefined;
}

/** What it mends. */
export interface BranchParent {
  /** Its id, or its title. */
  readonly task: string;
  /** How long it might take, ms. */
  readonly timeoutMs?: number | undefined;
}

/** What is known of the failure. */
export interface Diagnostics {
  /** What was printed, or said. */
  readonly text: string;
  /** How long it took, ms. */
  readonly durationMs?: number | undefined;
}

interface Route {
  readonly to: string;
  readonly autoFixable: boolean;
}

/** Who mends what (S3-024). Rules are data. */
export const DEBUG_ROUTES: Readonly<Record<FailureType, Route>> = {
  missing_dependency: { to: "coder", autoFixable: true },
  spec_mismatch: { to: "architect", autoFixable: false },
  implementation_bug: { to: "coder", autoFixable: true },
  timeout: { to: "tester", autoFixable: false },
  flaky_test: { to: "tester", autoFixable: false },
  unknown: { to: "coder", autoFixable: false },
};

/**
 * Classifies a failure (T-B1), says who is to mend it, and what is likely to help.
 *
 * @param diagnostics a text is what was printed.
 */
export function handleBranchTodo(
  branch: BranchTodo,
  parent: BranchParent,
  diagnostics: string | Diagnostics,
): DebugResult {
  const found: Diagnostics = typeof diagnostics === "string" ? { text: diagnostics } : diagnostics;
  const classification = typeOf(branch, parent, found);
  const { to, autoFixable } = DEBUG_ROUTES[classification];
  const fix = quickFix(classification, found.text);
  return {
    status: "routed",
    target_agent: to,
    classification,
    analysis: analysisOf(classification, parent, found),
    ...(fix !== undefined && { fix }),
    auto_fixable: autoFixable,
  };
}

/** The task knew more than its diagnostics say, such as its exit: what it has found holds. */
function typeOf({ reason }: BranchTodo, { timeoutMs }: BranchParent, found: Diagnostics): FailureType {
  if (reason !== undefined && reason !== "test_failure") return reason;
  const { text, durationMs = 0 } = found;
  const failure = { code: "TESTS_FAILED", message: "" };
  const known = classify({ failure, printed: text, durationMs, timeoutMs });
  return known === undefined || known === "test_failure" ? "unknown" : known;
}

function analysisOf(
  type: FailureType,
  { task, timeoutMs }: BranchParent,
  { text, durationMs }: Diagnostics,
): string {
  const told = telling(text);
  const because = told === undefined ? "" : `: ${told}`;
  switch (type) {
    case "missing_dependency":
      return `"${task}" uses ${moduleIn(text) ?? "a module"}, which is not there${because}`;
    case "spec_mismatch":
      return `"${task}" is built to another interface than it is tested by${because}`;
    case "implementation_bug":
      return `"${task}" does not do what its tests ask for${because}`;
    case "timeout":
      return `"${task}" took too long${spanOf(durationMs, timeoutMs)}`;
    case "flaky_test":
      return `a test of "${task}" passes at times and fails at others${because}`;
    case "unknown":
      return `no rule knows why "${task}" failed${because}`;
  }
}

function spanOf(durationMs: number | undefined, timeoutMs: number | undefined): string {
  if (timeoutMs === undefined) return "";
  return `: ${durationMs === undefined ? "more" : `${durationMs} ms, more`} than ${timeoutMs} ms`;
}

/** What is likely to help (S3-025). */
function quickFix(type: FailureType, text: string): string | undefined {
  if (type === "missing_dependency") {
    const module = moduleIn(text);
    return module === undefined
      ? "Declare and install the dependency that the message names, or do without it."
      : `Declare and install the dependency "${module}", or do without it.`;
  }
  if (type !== "implementation_bug") return undefined;
  const told = telling(text);
  const where = placeIn(text);
  const at = where === undefined ? "the code that the test calls" : where;
  return `Fix the bug in ${at}${told === undefined ? "" : `, so that this holds: ${told}`}; leave the test as it is.`;
}

/** Which module a message says is missing: of Python, and of Node. */
const MODULES: readonly RegExp[] = [
  /No module named ['"]?([\w.-]+)/,
  /cannot import name ['"][\w.]+['"] from (?:partially initialized module )?['"]([\w.]+)/,
  /Cannot find (?:module|package) ['"]([^'"\n]+)/,
  /ImportError: (?:missing (?:module |dependency )?)?['"]?([\w.-]+)['"]?\s*$/m,
];

/** The module that a message says is missing. */
function moduleIn(text: string): string | undefined {
  for (const pattern of MODULES) {
    const [, found] = pattern.exec(text) ?? [];
    if (found !== undefined) return found.slice(0, 200);
  }
  return undefined;
}

const LINE = 300;

/** The line that says what went wrong: the last that names an error, else the last. */
function telling(text: string): string | undefined {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const line =
    lines.findLast((one) => /\b\w*(?:Error|Exception)\b|\b[Aa]ssert/.test(one)) ?? lines.at(-1);
  return line?.slice(0, LINE);
}

/** The last place in code of a stack: `rsi.py:12`. */
function placeIn(text: string): string | undefined {
  const python = [...text.matchAll(/File "([^"\n]+)", line (\d+)/g)].at(-1);
  const node = /\(?((?:file:\/\/)?[^\s()]+\.[cm]?[jt]sx?):(\d+)(?::\d+)?\)?/.exec(text);
  const found = python ?? node;
  return found === null || found === undefined ? undefined : `${found[1]}:${found[2]}`;
}
