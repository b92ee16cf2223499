/**
 * What a task keeps of one attempt: a few words, whatever the command printed.
 */
import { stripVTControlCharacters } from "node:util";
import { CommandResult } from "../../events/command-result.ts";
import type { TaskOutcome } from "../../events/facts/task.ts";
import { Failure, failureIn, fieldOf } from "../../events/failure.ts";
import { MAX_DATA, WorkResult, type Purpose } from "../../events/work.ts";
import { faultOfAnswer } from "./answers.ts";

/** How an attempt ended. */
export type Attempt = Pick<TaskOutcome, "exitCode" | "durationMs" | "summary" | "failure" | "data"> & {
  /** The end of what was printed, of an attempt that failed. */
  readonly printed?: string;
};

const SUMMARY_LENGTH = 200;
const PRINTED_LENGTH = 2_000;

/** Errors that another attempt would only meet again. */
const HOPELESS: ReadonlySet<string> = new Set([
  "AGENT_INVALID",
  "BUDGET_EXCEEDED",
  "COMMAND_NOT_FOUND",
  "KIND_INVALID",
  "MODEL_UNKNOWN",
  "SANDBOX_UNAVAILABLE",
]);

/** Errors that are nobody's fault who works at the task: no branch todo mends them. */
const OF_THE_HOST: ReadonlySet<string> = new Set([
  "AGENT_INVALID",
  "BUDGET_EXCEEDED",
  "MODEL_UNKNOWN",
  "SANDBOX_FAILED",
  "SANDBOX_UNAVAILABLE",
]);

/** Errors of an attempt that took too long. */
export const TIMEOUTS: ReadonlySet<string> = new Set([
  "ACTIVITY_HEARTBEAT_MISSED",
  "ACTIVITY_TIMEOUT",
  "COMMAND_TIMEOUT",
]);

/** Of work that came to its end, by a command or an agent, and what its purpose asks of the answer. */
export function attemptOf(result: unknown, purpose: Purpose): Attempt {
  const attempt = ofCommandOrAgent(result);
  if (attempt.failure !== undefined) return attempt;
  const fault = tooMuch(attempt.data) ?? faultOfAnswer(purpose, attempt.data);
  if (fault === undefined) return attempt;
  const { data: _, ...rest } = attempt;
  return { ...rest, failure: { code: "RESULT_INVALID", message: fault } };
}

/** Of a function, or of an agent that is an actor. */
const AgentResult = WorkResult.extend({ failure: Failure.optional() });

function ofCommandOrAgent(result: unknown): Attempt {
  // a look at one field costs far less than a schema that does not fit
  if (fieldOf(result, "stdoutBytes") === undefined) return ofAgent(result);
  const command = CommandResult.safeParse(result);
  return command.success ? ofCommand(command.data) : ofAgent(result);
}

function ofAgent(result: unknown): Attempt {
  const parsed = AgentResult.safeParse(result ?? {});
  if (!parsed.success) {
    const failure = { code: "RESULT_INVALID", message: "the agent answered in no known form" };
    return { exitCode: null, durationMs: 0, summary: "", failure };
  }
  const { summary = "", data, durationMs = 0, failure } = parsed.data;
  if (failure !== undefined) return { exitCode: null, durationMs, summary: "", failure };
  return { exitCode: 0, durationMs, summary: lastLine(summary), ...(data !== undefined && { data }) };
}

function tooMuch(data: unknown): string | undefined {
  const size = data === undefined ? 0 : Buffer.byteLength(JSON.stringify(data));
  return size > MAX_DATA
    ? `the answer has ${size} bytes of data, more than ${MAX_DATA}: write them to an output file`
    : undefined;
}

function ofCommand(result: CommandResult): Attempt {
  const { exitCode, signal, durationMs, data } = result;
  const summary = lastLine(result.stdout);
  if (exitCode === 0) return { exitCode, durationMs, summary, ...(data !== undefined && { data }) };
  const how =
    exitCode === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${exitCode}`;
  const said = lastLine(result.stderr) || summary;
  const message = `the command ${how}${said === "" ? "" : `: ${said}`}`;
  const printed = tailOf(`${result.stdout}\n${result.stderr}`);
  return { exitCode, durationMs, summary, failure: { code: "COMMAND_FAILED", message }, printed };
}

/** Of work that did not come to its end. */
export function failureOf(error: unknown): Attempt {
  return { exitCode: null, durationMs: durationIn(error), summary: "", failure: failureIn(error) };
}

/** The end of a text, as much as a record keeps of it. */
export function tailOf(text: string): string {
  const trimmed = stripVTControlCharacters(text).trim();
  return trimmed.length <= PRINTED_LENGTH ? trimmed : `…${trimmed.slice(-PRINTED_LENGTH)}`;
}

/** Whether somebody else may mend it. */
export function mayMend(failure: Failure | undefined): boolean {
  return failure !== undefined && !OF_THE_HOST.has(failure.code);
}

/** Whether another attempt may end better. */
export function mayRetry(failure: Failure | undefined): boolean {
  return failure !== undefined && !HOPELESS.has(failure.code);
}

/** Without colours and the like: it is shown on terminals that the command knows nothing of. */
function lastLine(text: string): string {
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  const line = stripVTControlCharacters(last)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim();
  if (line.length <= SUMMARY_LENGTH) return line;
  return `${line.slice(0, SUMMARY_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function durationIn(error: unknown): number {
  const value = fieldOf(fieldOf(error, "data"), "durationMs");
  return typeof value === "number" ? value : 0;
}
