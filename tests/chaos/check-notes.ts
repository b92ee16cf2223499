/**
 * Activities: what the outside world saw of each, against what the log says.
 *
 * - A12. No two runs of one activity have the same fence (epoch, attempt), and one attempt more
 *   is one failure or take-over more in the log. Runs may overlap behind a take-over: then their
 *   fences differ, and the world can refuse the lower one.
 * - A3. What is recorded as completed ran to its end, in the epoch that recorded it.
 */
import type { Evidence } from "../../src/testing/evidence.ts";
import type { Replay, Replayed } from "../../src/testing/replayed.ts";
import type { Deed, RunDeed } from "./outside.ts";

export interface Overlaps {
  /** Runs of activities. */
  readonly runs: number;
  /** Runs that began while another of the same activity had not ended. */
  readonly overlapping: number;
  /** Ends that the world would refuse, since a run with a greater fence had begun. */
  readonly fenced: number;
}

interface Run extends RunDeed {
  end: "over" | "aborted" | "died" | undefined;
}

export function checkNotes({ actors, fault }: Evidence, outside: readonly Deed[]): Overlaps {
  const { runs, overlapping, fenced } = replayWorld(outside, fault);
  for (const actor of actors.values())
    if (actor.address.startsWith("transfer/")) checkActor(actor, runs, fault);
  for (const key of runs.keys()) fault(`${key} ran, but the log knows no such activity`);
  return { runs: outside.filter(({ what }) => what === "begun").length, overlapping, fenced };
}

interface World {
  readonly runs: Map<string, Run[]>;
  readonly overlapping: number;
  readonly fenced: number;
}

/** Goes through the world in its order. */
function replayWorld(outside: readonly Deed[], fault: Evidence["fault"]): World {
  const runs = new Map<string, Run[]>();
  const count = { overlapping: 0, fenced: 0 };
  for (const deed of outside) {
    if (deed.what === "died") {
      bury([...runs.values()].flat(), deed);
      continue;
    }
    const same = runs.get(deed.key) ?? [];
    runs.set(deed.key, same);
    if (deed.what === "begun") {
      if (same.some(({ end }) => end === undefined)) count.overlapping++;
      begin(same, deed, fault);
    } else {
      if (same.some((one) => compare(one, deed) > 0)) count.fenced++;
      end(same, { ...deed, what: deed.what }, fault);
    }
  }
  return { runs, ...count };
}

/** What a process had begun ends with it. */
function bury(runs: readonly Run[], { host, life }: Pick<Deed, "host" | "life">): void {
  for (const run of runs) if (run.host === host && run.life === life) run.end ??= "died";
}

function begin(same: Run[], deed: RunDeed, fault: Evidence["fault"]): void {
  if (same.some((run) => compare(run, deed) === 0)) fault(`${name(deed)} ran twice`);
  same.push({ ...deed, end: undefined });
}

function end(
  same: readonly Run[],
  deed: RunDeed & { readonly what: "over" | "aborted" },
  fault: Evidence["fault"],
): void {
  const run = same.find((one) => compare(one, deed) === 0 && one.host === deed.host);
  if (run === undefined) fault(`${name(deed)} ended, but never began`);
  else run.end = deed.what;
}

function checkActor(
  { address, steps }: Replayed,
  runs: Map<string, Run[]>,
  fault: Evidence["fault"],
): void {
  for (const [index, step] of steps.entries())
    for (const { id, effect } of step.effects) {
      if (effect.type !== "start" || effect.child.logicType !== "promise") continue;
      const key = `${address}#${id}`;
      const mine = runs.get(key) ?? [];
      runs.delete(key);
      checkStory(steps.slice(index + 1), { key, mine }, fault);
    }
}

function checkStory(
  steps: readonly Replay[],
  { key, mine }: { readonly key: string; readonly mine: readonly Run[] },
  fault: Evidence["fault"],
): void {
  const recoveries = steps.filter(({ body }) => body.event?.type === "troupe.recovered").length;
  for (const run of mine)
    if (run.attempt < 1 || run.attempt > 1 + recoveries)
      fault(`${name(run)}, but ${recoveries} take-overs are recorded`);
  const done = steps.find(({ body }) => body.event?.type.startsWith("xstate.done.actor."));
  if (done === undefined) return fault(`${key} has no completion in the log`);
  const told = Object(done.body.event?.["output"]) as Partial<RunDeed>; // what the activity returns
  const by = mine.find(({ epoch, attempt }) => epoch === told.epoch && attempt === told.attempt);
  if (by?.end !== "over")
    fault(
      `${key} was completed by attempt ${told.attempt} of epoch ${told.epoch}: ${mine.map(name).join("; ")}`,
    );
  if (done.body.epoch !== told.epoch)
    fault(`${key} was completed in epoch ${told.epoch}, and recorded in ${done.body.epoch}`);
}

function compare(a: RunDeed, b: RunDeed): number {
  return a.epoch - b.epoch || a.attempt - b.attempt;
}

function name(run: RunDeed & { readonly end?: string | undefined }): string {
  const { key, attempt, epoch, host, life, end = "open" } = run;
  return `${key} attempt ${attempt} of epoch ${epoch} by host ${host} life ${life} (${end})`;
}
