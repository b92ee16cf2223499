/**
 * What an agent answers, as it may be recorded: strict JSON, bounded, and free of known
 * secrets (S2).
 */
import { TroupeError } from "../errors.ts";
import { assertJson, type Json } from "../events/json.ts";
import { MAX_DATA } from "../events/work.ts";
import { redact } from "./redact.ts";

/** How deep data may be nested: what walks over it later must not run out of stack. */
const MAX_DEPTH = 64;

/** Who answered, for messages: `the result file "…"`, `the answer of agent "coder"`. */
export interface Answer {
  readonly who: string;
  /** Further facts of the error. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * The data of an answer, checked and redacted.
 *
 * @throws {@link TroupeError} `RESULT_INVALID` naming the answer and the fault.
 */
export function recordable(value: unknown, secrets: Iterable<string>, answer: Answer): Json {
  const clean = withoutSecrets(value, secrets, answer);
  try {
    assertJson(clean, "data");
  } catch (error) {
    if (TroupeError.is(error)) throw invalid(answer, error.message, error.hint);
    throw error;
  }
  const bytes = Buffer.byteLength(JSON.stringify(clean));
  if (bytes > MAX_DATA) throw tooLong(answer, bytes);
  return clean;
}

/**
 * A copy of data without secrets, keys included; what is no JSON stays as it is.
 *
 * @throws {@link TroupeError} `RESULT_INVALID` where it is nested too deeply.
 */
export function withoutSecrets(value: unknown, secrets: Iterable<string>, answer: Answer): unknown {
  const needles = [...secrets];
  return cleaned(value, { depth: 0, clean: (text) => redact(text, needles), answer });
}

interface Walk {
  readonly depth: number;
  readonly clean: (text: string) => string;
  readonly answer: Answer;
}

/** A copy without secrets, keys included; what is no JSON stays, to be refused by its path. */
function cleaned(value: unknown, at: Walk): unknown {
  if (typeof value === "string") return at.clean(value);
  if (typeof value === "number") return redactedNumber(value, at);
  if (typeof value !== "object" || value === null) return value;
  if (at.depth === MAX_DEPTH)
    throw invalid(at.answer, `it is nested more than ${MAX_DEPTH} levels deep`);
  const below = { ...at, depth: at.depth + 1 };
  if (Array.isArray(value)) return value.map((item: unknown) => cleaned(item, below));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const entries = Object.entries(value);
  if (entries.length < Reflect.ownKeys(value).length) return value;
  return Object.fromEntries(entries.map(([key, item]) => [at.clean(key), cleaned(item, below)]));
}

/** A secret may be all digits. */
function redactedNumber(value: number, { clean }: Walk): unknown {
  const text = String(value);
  const shown = clean(text);
  return shown === text ? value : shown;
}

/** An answer of more than {@link MAX_DATA} bytes. */
export function tooLong(answer: Answer, bytes: number): TroupeError {
  return invalid(
    answer,
    `it has ${bytes} bytes, more than ${MAX_DATA}`,
    "Write much data to an output file, and answer where it is.",
  );
}

/** An answer that cannot be recorded. */
export function invalid(
  { who, facts }: Answer,
  why: string,
  hint = "Answer JSON: an object with what those who depend on it need.",
): TroupeError {
  return new TroupeError("RESULT_INVALID", `${who} cannot be used: ${why}`, {
    hint,
    data: { ...facts, why },
  });
}
