/**
 * How a command ends badly: one clear error, a hint, and an exit code.
 *
 * - A mistake of the caller is 2, everything else 1.
 * - A Troupe error shows no stack; an unknown one does, since it is a fault of ours.
 */
import { TroupeError, type ErrorCode } from "../errors.ts";
import { tame, type Terminal } from "./terminal.ts";

const MISUSE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ADDRESS_INVALID",
  "EVENT_INVALID",
  "FILE_NOT_READ",
  "INPUT_INVALID",
  "LOG_URL_INVALID",
  "PLAN_INVALID",
  "PLAN_NOT_FOUND",
  "TIME_PAST",
  "USAGE",
]);

export function exitCodeOf(error: unknown): 1 | 2 {
  return TroupeError.is(error) && MISUSE.has(error.code) ? 2 : 1;
}

/** Says what went wrong. With `json`, stdout gets it too, so that it always holds one JSON value. */
export function sayError(terminal: Terminal, error: unknown, json: boolean): void {
  if (!TroupeError.is(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.err(`UNEXPECTED: ${tame(text)}`);
    terminal.err("  → Report this: it is a fault of troupe.");
    if (json) terminal.out(JSON.stringify({ error: { code: "UNEXPECTED", message: String(error) } }));
    return;
  }
  const { code, message, hint, data } = error;
  terminal.err(`${code}: ${tame(message)}`);
  if (hint !== undefined) terminal.err(`  → ${tame(hint)}`);
  if (json) terminal.out(JSON.stringify({ error: { code, message, hint, data } }));
}
