/** What is sent to an actor that does not exist: dead letters and refusals. */
import { TroupeError } from "../errors.ts";
import { decide, type Input } from "./inputs.ts";
import type { Mailbox } from "./mailbox.ts";
import { held } from "./parking.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Answers what waits up to the actor's birth; a letter from inside counts as arrived.
 *
 * @returns the birth and what follows it; empty where none waits.
 */
export function answerAbsent(
  rt: Runtime,
  address: string,
  waiting: readonly Input[],
): readonly Input[] {
  const birth = waiting.findIndex(({ type }) => type === "birth");
  const early = birth === -1 ? waiting : waiting.slice(0, birth);
  for (const input of early) {
    const decision = decide(address, undefined, input, rt);
    if (decision.type === "refuse") input.failed?.(decision.error);
    else {
      rt.warn("dead letter: there is no such actor", { address, input: input.type });
      input.done?.(0);
    }
  }
  return birth === -1 ? [] : waiting.slice(birth);
}

/** Answers what waits for an actor that is archived or erased; false where that is not what is wrong with it. */
export function answerArchived(rt: Runtime, mailbox: Mailbox, error: unknown): boolean {
  if (!TroupeError.is(error, "RUN_ARCHIVED") && !TroupeError.is(error, "RUN_ERASED")) return false;
  for (const input of mailbox.clear()) {
    if (held(input)) {
      rt.warn("dead letter: the actor is archived or erased", { ...error.data, input: input.type });
      input.done?.(0);
    } else input.failed?.(error);
  }
  return true;
}
