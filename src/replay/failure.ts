/** What a record says went wrong, in the words of whoever failed. Pure. */
import type { Json } from "../events/json.ts";
import type { RecordBody } from "../events/record.ts";
import { brief } from "./brief.ts";

/** An error as it was recorded. */
export interface Failure {
  readonly message: string;
  /** Such as `COMMAND_FAILED`; of an error without a code its name, unless that is `Error`. */
  readonly code?: string;
}

/**
 * The error that a record is about; undefined where it is about none. What came in counts first (an
 * attempt that failed), then what the actor made of it: its own error, a `failure` in its output or
 * in a fact, and last the `failure` of somebody who told it how he ended.
 */
export function failureIn({ event, error, output, facts = [] }: RecordBody): Failure | undefined {
  const told = facts.flatMap((fact) => [fact["error"], within(fact["data"], "failure")]);
  const said = [event?.["error"], error, within(output, "failure"), ...told];
  const found = [...said, within(event?.["output"], "failure")].find(
    (one) => one !== undefined && one !== null,
  );
  return found === undefined ? undefined : failureOf(found);
}

function failureOf(error: Json): Failure {
  if (typeof error === "string") return { message: error };
  const message = within(error, "message");
  if (typeof message !== "string") return { message: JSON.stringify(brief(error)) };
  const code = [within(error, "code"), within(error, "name")].find((one) => typeof one === "string");
  return { message, ...(typeof code === "string" && code !== "Error" && { code }) };
}

function within(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as { readonly [key: string]: Json })[key] : undefined; // no list
}
