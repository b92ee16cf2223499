/** Errors whose remedy has to reach whoever looks at a run: of a failure, records keep code and message. */
import { TroupeError, type ErrorCode } from "../errors.ts";

/** What is missing on this machine, and what to do about it. */
const REMEDIED: ReadonlySet<ErrorCode> = new Set([
  "MODEL_UNKNOWN",
  "PACKAGE_MISSING",
  "SANDBOX_UNAVAILABLE",
]);

/** The same error; of one of these, the hint is a part of its message. */
export function withHint(error: unknown): unknown {
  if (!TroupeError.is(error) || !REMEDIED.has(error.code) || error.hint === undefined) return error;
  const { code, message, hint, data } = error;
  return new TroupeError(code, `${message}: ${hint}`, { hint, data, cause: error });
}
