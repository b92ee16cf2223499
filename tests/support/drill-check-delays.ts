/**
 * - A7. What a desk was asked to say later comes once; or it is cancelled or replaced first, and
 *   then it never comes.
 */
import { numberIn, type Replay, type Replayed } from "../../src/testing/replayed.ts";
import type { Evidence } from "../../src/testing/evidence.ts";

export function checkDelays(desk: Replayed, fault: Evidence["fault"]): void {
  for (const step of stepsOf(desk, "LATER")) checkLater(desk, step, fault);
  const last = stepsOf(desk, "LATER").at(-1);
  const cancelled = stepsOf(desk, "CANCEL").at(-1);
  if (last === undefined || (cancelled !== undefined && cancelled.seq > last.seq)) return;
  const came = numberIn(stepsOf(desk, "REMIND").at(-1)?.body.event, "n");
  const due = numberIn(last.body.event, "n");
  if (came !== due) fault(`${desk.address}: reminder ${due} never came`);
}

function checkLater(desk: Replayed, { seq, body }: Replay, fault: Evidence["fault"]): void {
  const n = numberIn(body.event, "n");
  const cancels = (one: Replay): boolean => one.seq > seq && numberIn(one.body.event, "n") === n;
  const end = stepsOf(desk, "CANCEL").find(cancels)?.seq;
  const said = desk.steps.filter((step) => says(step, n)).map((step) => step.seq);
  if (!fits(said, end))
    fault(`${desk.address}: later-${n} came at ${said.join()}, cancelled at ${end}`);
}

/** Once, unless it was cancelled before. */
function fits(said: readonly number[], cancelled: number | undefined): boolean {
  const [seq] = said;
  if (said.length > 1 || seq === undefined) return seq === undefined && cancelled !== undefined;
  return cancelled === undefined || seq < cancelled;
}

function says({ effects }: Replay, n: number | undefined): boolean {
  return effects.some(({ effect }) => effect.type === "send" && effect.event["by"] === `later-${n}`);
}

function stepsOf({ steps }: Replayed, type: string): Replay[] {
  return steps.filter(({ body }) => body.event?.type === type);
}
