/** What is sent to an actor that does not exist: dead letters and refusals. */
import { decide, type Input } from "./inputs.ts";
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
