/**
 * What went wrong with a model, in the few codes of the port.
 *
 * - Nothing of a request is repeated: no header, no body, no query of a URL, and no cause, which
 *   would hold all of them. Of what the provider said, a beginning without secrets.
 */
import { TroupeError, type ErrorCode } from "../../errors.ts";
import { isRecord } from "../../events/plan/fault.ts";
import { redact } from "../redact.ts";
import { wordsOf } from "../thrown.ts";

/** Of which call an error tells. */
export interface About {
  readonly model: string;
  readonly secrets: Iterable<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** As much of a provider's words as a message holds, in characters. */
const SHOWN = 300;

/** What looks like a key, whoever's it is. */
const KEY = /\bBearer\s+\S+|\b(?:sk|pk|key|api)[-_][\w-]{8,}/gi;

/** An error of the AI SDK, or of anything below it, as one of Troupe's. */
export function modelError(thrown: unknown, about: About): TroupeError {
  if (TroupeError.is(thrown)) return thrown;
  const seen = seenIn(thrown);
  const code = codeOf(seen);
  const { model, secrets, now } = about;
  const said = redact(seen.message, secrets).replaceAll(KEY, "[redacted]");
  const words = said.length > SHOWN ? `${said.slice(0, SHOWN)}…` : said;
  const retryAfterMs = retryAfter(seen.headers, now);
  const status = seen.status === undefined ? "" : ` (status ${seen.status})`;
  return new TroupeError(code, `model "${model}" ${WORDS[code]}${status}: ${words}`, {
    hint: hintOf(code, seen),
    data: {
      model,
      ...(seen.status === undefined ? {} : { status: seen.status }),
      ...(seen.kind === undefined ? {} : { kind: seen.kind }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  });
}

/** A stream that ended before its answer did. */
export function cutOff(model: string, why: string): TroupeError {
  return new TroupeError("MODEL_CUT_OFF", `model "${model}" ${WORDS.MODEL_CUT_OFF}: ${why}`, {
    hint: HINTS.MODEL_CUT_OFF,
    data: { model },
  });
}

type Code = Extract<
  ErrorCode,
  "MODEL_RATE_LIMITED" | "MODEL_UNAVAILABLE" | "MODEL_CUT_OFF" | "MODEL_FAILED"
>;

const WORDS: Readonly<Record<Code, string>> = {
  MODEL_RATE_LIMITED: "takes no more calls for now",
  MODEL_UNAVAILABLE: "cannot be reached",
  MODEL_CUT_OFF: "broke off in the middle of its answer",
  MODEL_FAILED: "did not take the call",
};

const HINTS: Readonly<Record<Code, string>> = {
  MODEL_RATE_LIMITED: "Ask again after `data.retryAfterMs`, or ask less at once.",
  MODEL_UNAVAILABLE: "Check that its server runs and can be reached, then ask again.",
  MODEL_CUT_OFF: "Ask again: what came of the answer is not kept.",
  MODEL_FAILED: "Mend the call: asked again, it fails again.",
};

/** What of an error decides. */
interface Seen {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** As the provider calls it: `insufficient_quota`, `overloaded_error`. */
  readonly kind: string | undefined;
  readonly retryable: boolean;
}

/** By shape, not by class: providers bring their own copies of the classes. */
function seenIn(thrown: unknown): Seen {
  const error = isRecord(thrown) ? thrown : {};
  const body = isRecord(error["data"]) ? error["data"] : {};
  const inner = isRecord(body["error"]) ? body["error"] : body;
  const { statusCode, responseHeaders } = error;
  return {
    name: thrown instanceof Error ? thrown.name : "",
    message: wordsOf(typeof error["message"] === "string" ? error["message"] : thrown),
    status: typeof statusCode === "number" ? statusCode : undefined,
    headers: isRecord(responseHeaders) ? responseHeaders : {},
    kind: [inner["code"], inner["type"], error["code"], error["type"]].find(isName),
    retryable: error["isRetryable"] === true,
  };
}

/** A name of a few characters: no place to hide a text in. */
function isName(value: unknown): value is string {
  return typeof value === "string" && /^[\w.-]{1,60}$/.test(value);
}

/** Where no more money is left, waiting does not help. */
const NO_QUOTA = /quota|billing|credit/;

/** Of errors without a status: the answer had begun, and could not be read to its end. */
const BROKEN: ReadonlySet<string> = new Set([
  "AI_EmptyResponseBodyError",
  "AI_InvalidResponseDataError",
  "AI_InvalidStreamPartError",
  "AI_JSONParseError",
  "AI_NoOutputGeneratedError",
  "AI_TypeValidationError",
  "AbortError",
  "TypeError",
]);

function codeOf(seen: Seen): Code {
  const { status, kind = "" } = seen;
  if (status === undefined) return codeWithoutStatus(seen);
  if (status < 300) return "MODEL_CUT_OFF";
  if (status === 429) return NO_QUOTA.test(kind) ? "MODEL_FAILED" : "MODEL_RATE_LIMITED";
  return status >= 500 || PASSING.has(status) ? "MODEL_UNAVAILABLE" : "MODEL_FAILED";
}

/** The server waited too long; it was at something else with the same key. */
const PASSING: ReadonlySet<number> = new Set([408, 409]);

/** No answer came at all, or the trouble came in the middle of one. */
function codeWithoutStatus({ name, kind = "", retryable }: Seen): Code {
  if (kind.includes("rate_limit")) return "MODEL_RATE_LIMITED";
  if (retryable || /overloaded|unavailable/.test(kind)) return "MODEL_UNAVAILABLE";
  return BROKEN.has(name) ? "MODEL_CUT_OFF" : "MODEL_FAILED";
}

function hintOf(code: Code, { name, status, kind = "" }: Seen): string {
  if (code !== "MODEL_FAILED") return HINTS[code];
  if (status === 401 || status === 403 || name === "AI_LoadAPIKeyError")
    return "Give a key that is valid for this model, in the environment variable of its provider.";
  if (status === 404) return "Check the name of the model and the URL of its server.";
  if (NO_QUOTA.test(kind)) return "Add credit at the provider, or use another model.";
  return HINTS.MODEL_FAILED;
}

/** In milliseconds: `retry-after-ms`, or `retry-after` in seconds or as a date. */
function retryAfter(headers: Seen["headers"], now: () => number): number | undefined {
  const of = (name: string): string => {
    const value = headers[name];
    return typeof value === "string" ? value.trim() : "";
  };
  const [ms, after] = [of("retry-after-ms"), of("retry-after")];
  if (NUMBER.test(ms)) return Math.ceil(Number(ms));
  if (NUMBER.test(after)) return Math.ceil(Number(after) * 1000);
  const at = Date.parse(after);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now());
}

const NUMBER = /^\d+(\.\d+)?$/;
