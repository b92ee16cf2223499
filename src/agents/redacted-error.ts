/**
 * What those who work for agents throw, as it may be recorded: anything can be thrown, and it stands
 * in the records of the agent, its task and its run.
 *
 * - No secret is in it (S2): not in its words, its code, its hint or its data.
 * - It is bounded: a server that answers with a page of errors fills no log.
 */
import { TroupeError } from "../errors.ts";
import { redact } from "./redact.ts";
import { withoutSecrets } from "./result-data.ts";
import { shortened } from "./shortened.ts";
import { wordsOf } from "./thrown.ts";

/** Characters of its message. */
const WORDS = 16_384;

/** An error that has nothing to hide stays as it is. Never throws. */
export function redactedError(thrown: unknown, secrets: Iterable<string>): Error {
  const hidden = [...secrets];
  try {
    const told = partsOf(thrown);
    const clean = cleaned(told, hidden);
    if (thrown instanceof Error && JSON.stringify(clean) === JSON.stringify(told)) return thrown;
    return errorOf(clean, TroupeError.is(thrown));
  } catch (reading) {
    // it cannot even be looked at: what came of that are its words
    return new Error(shortened(redact(wordsOf(reading), hidden), WORDS));
  }
}

/** What of an error is recorded. */
interface Parts {
  readonly name: string;
  readonly message: string;
  readonly code: unknown;
  readonly hint: unknown;
  readonly data: unknown;
}

function partsOf(thrown: unknown): Parts {
  const part = (key: string): unknown =>
    typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, key) : undefined;
  const message = part("message");
  return {
    name: thrown instanceof Error ? thrown.name : "Error",
    message: typeof message === "string" ? message : wordsOf(thrown),
    code: part("code"),
    hint: part("hint"),
    data: part("data"),
  };
}

function cleaned({ name, message, code, hint, data }: Parts, secrets: readonly string[]): Parts {
  const clean = (value: unknown): unknown =>
    withoutSecrets(value, secrets, { who: "an error", facts: {} });
  return {
    name: redact(name, secrets),
    message: shortened(redact(message, secrets), WORDS),
    code: clean(code),
    hint: clean(hint),
    data: clean(data),
  };
}

function errorOf({ name, message, code, hint, data }: Parts, ours: boolean): Error {
  // one of ours has all three, whatever they are
  const facts = Object.entries({ code, hint, data }).filter(([, value]) => ours || value !== undefined);
  return Object.assign(new Error(message), { name }, Object.fromEntries(facts));
}
