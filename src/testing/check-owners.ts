/**
 * - A12. A new owner's first record of an actor that owes effects is `troupe.recovered`.
 * - A4, A12. Epochs never decrease along a stream: an older owner, a zombie too, writes nothing behind a newer one.
 * - A4. Where no two owners lived at once, the former one appends, acts and begins nothing more once
 *   the next one has the partition.
 * - A6. A child's end counts only from the one that lives under that id, and once.
 */
import type { Stepper } from "../actors/xstate/contract.ts";
import { overlap, type Evidence } from "./evidence.ts";
import type { Replay, Replayed } from "./replayed.ts";
import { tenuresIn } from "./tenures.ts";
import { addressOf } from "./trace.ts";

export function checkOwners(evidence: Evidence): void {
  for (const { address, steps } of evidence.actors.values()) {
    const epochs = new Set<number>();
    for (const [index, step] of steps.entries()) {
      const { seq, body } = step;
      const before = steps[index - 1] ?? step;
      if (body.epoch < before.body.epoch)
        evidence.fault(`${address} ${seq}: epoch ${body.epoch} writes behind ${before.body.epoch}`);
      if (index > 0 && !epochs.has(body.epoch) && owes(before) && !isRecovered(step))
        evidence.fault(`${address} ${seq}: epoch ${body.epoch} does not begin with its take-over`);
      epochs.add(body.epoch);
    }
  }
}

/** Of hosts that share the log: one after the other has a partition. */
export function checkHandOvers(evidence: Evidence): void {
  const { world, partitions, fault } = evidence;
  const tenures = tenuresIn(world, partitions);
  if (!tenures.shared) return;
  for (const [place, noted] of world.entries()) {
    const { life, what } = noted;
    const address = addressOf(noted);
    if (address === undefined || !["appended", "acted", "begun"].includes(what)) continue;
    const tenure = tenures.of(life, address, place);
    const last = tenures.last(address, place);
    if (tenure < last && !overlap(evidence, address))
      fault(`${address}: life ${life} of epoch ${tenure} has ${what} behind epoch ${last}`);
  }
}

function isRecovered({ body }: Replay): boolean {
  return body.event?.type === "troupe.recovered";
}

/** Whether more than timers is open. */
function owes({ body, timers }: Replay): boolean {
  return body.owes > timers.length;
}

export function checkChildren({ actors, fault }: Evidence, stepper: Stepper): void {
  for (const actor of actors.values()) checkEnds(actor, { stepper, fault });
}

function checkEnds(
  { address, steps }: Replayed,
  { stepper, fault }: { readonly stepper: Stepper; readonly fault: Evidence["fault"] },
): void {
  const ended = new Set<string>();
  for (const [index, { seq, body }] of steps.entries()) {
    const id = endedIn(body);
    const before = steps[index - 1];
    if (id === undefined || body.from === undefined || before === undefined) continue;
    const lives = stepper.childAddress(before.state, id);
    if (lives !== body.from) fault(`${address} ${seq}: an end of ${body.from}, but ${id} is ${lives}`);
    const again = ended.has(`${body.from} ${id}`) && !before.residents.includes(body.from);
    if (again) fault(`${address} ${seq}: ${body.from} ends again`);
    ended.add(`${body.from} ${id}`);
  }
}

/** The id of the child whose end a record tells. */
function endedIn({ event, stale }: Replay["body"]): string | undefined {
  if (stale === true) return undefined;
  return /^xstate\.(?:done|error)\.actor\.(.*)$/s.exec(event?.type ?? "")?.[1];
}
