/** Answers to commands on their way between processes: a value, or an error with all it says. */
import { type ErrorCode, TroupeError } from "../../errors.ts";
import { assertJson, type Json, type JsonObject } from "../json.ts";

/** Either `value` or `error` stands in it. */
export type Answer =
  | { readonly value: Json }
  | {
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly hint?: string;
        readonly data: JsonObject;
      };
    };

/** Another owner is to be asked: this one does not run the actor, or no more. */
export const UNOWNED: Answer = {
  error: { code: "LOG_UNOWNED", message: "this host does not run the actor", data: {} },
};

export function isUnowned(answer: Answer): boolean {
  return "error" in answer && answer.error.code === "LOG_UNOWNED";
}

/** Runs a handler; whatever it throws becomes an answer. Never rejects. */
export async function answerOf(handle: () => Promise<Json>): Promise<Answer> {
  try {
    const value = await handle();
    assertJson(value, "answer");
    return { value };
  } catch (error) {
    return { error: describe(error) };
  }
}

/** @throws {@link TroupeError} what the handler threw, with its code, hint and data. */
export function resultOf(answer: Answer): Json {
  if ("value" in answer) return answer.value;
  const { code, message, hint, data } = answer.error;
  // a code that only another version of Troupe knows passes through unchanged
  throw new TroupeError(code as ErrorCode, message, { ...(hint !== undefined && { hint }), data });
}

function describe(error: unknown): Extract<Answer, { error: unknown }>["error"] {
  if (!TroupeError.is(error))
    return { code: "HOST_FAILED", message: `the host failed: ${String(error)}`, data: {} };
  const { code, message, hint } = error;
  return { code, message, ...(hint !== undefined && { hint }), data: plain(error.data) };
}

/** The facts of an error, without those that JSON cannot hold: an answer must arrive. */
function plain(data: TroupeError["data"]): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(data)) {
    try {
      assertJson(value);
      kept[key] = value;
    } catch {
      kept[key] = String(value);
    }
  }
  return kept;
}
