/** What the agents of a run talk with and share, as commands look it up. */
import { TroupeError } from "../errors.ts";
import type { EventLog } from "../events/log/log.ts";

const WORDS = {
  messages: {
    said: "agents that talk",
    hint: "Print what was said in all runs with `troupe messages`, and mind --log.",
  },
  context: {
    said: "a shared context",
    hint: "Mind its id, and --log; a program makes a context with sharedContext().",
  },
} as const;

/**
 * Nothing is made of a misspelt run. `troupe ls` may not know it: a team needs no plan.
 *
 * @throws {@link TroupeError} `RUN_NOT_FOUND` where there is no such actor.
 */
export async function assertTeam(log: EventLog, kind: keyof typeof WORDS, run: string): Promise<void> {
  if ((await log.tip(`${kind}/${run}`)) > 0) return;
  const { said, hint } = WORDS[kind];
  throw new TroupeError("RUN_NOT_FOUND", `no run "${run}" has ${said} in ${log.url}`, {
    hint,
    data: { run },
  });
}
