/**
 * Activities: what the log says of each, against what the world saw.
 *
 * - A3. Runs = completions + recorded failures + runs cut off by a stop or by the end of a life.
 *   No run begins behind a recorded completion, and none ends well without one in a life that
 *   went on.
 * - A12. Every run of one start has the same key; epoch and attempt only grow; the attempt is
 *   1 + recorded failures + recoveries. Where no two owners lived at once, no two runs did.
 */
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../events/json.ts";
import { residentsOf } from "./check-effects.ts";
import { mayBeOpen, overlap, type Evidence, type Left } from "./evidence.ts";
import { numberIn, type Replay, type Replayed } from "./replayed.ts";
import { tenuresIn, type Tenures } from "./tenures.ts";
import type { Noted, Run } from "./trace.ts";

/** What the log says of one activity. */
interface Story {
  readonly key: string;
  /** Attempts with a recorded failure. */
  readonly failures: readonly number[];
  /** No attempt after these may begin before (epoch ms). */
  readonly retryAt: number;
  readonly recoveries: number;
  /** The record that ended it. */
  readonly endSeq?: number;
  /** How it ended: by a completion (or a last failure), or because its state or actor was left. */
  readonly end: "done" | "error" | "left" | "open";
  /** What the completion says of the run that it is of. */
  readonly output: unknown;
}

interface Begun extends Run {
  /** What the clock showed when it began, if that is known. */
  readonly at: number;
  readonly life: number;
  /** Under which owner of the actor's partition. */
  readonly tenure: number;
  readonly end: "over" | "failed" | "aborted" | undefined;
  /** What it came to, if that was noted. */
  readonly output?: Json | undefined;
  /** Where the line of its begin stands in the world. */
  readonly place: number;
  /** Where the line of its end stands in the world. */
  readonly endAt: number;
}

/** @returns how many runs there were. */
export function checkRuns(evidence: Evidence): number {
  const { actors, world, lives, left = new Set(), fault } = evidence;
  const tenures = tenuresIn(world, evidence.partitions);
  const begun = runsByKey(world, tenures);
  const ends = new Map(lives.map(({ life, end }) => [life, end]));
  const stories = [...actors.values()].flatMap(storiesOf);
  checkEpochs([...begun.values()].flat(), tenures, fault);
  for (const story of stories) {
    const alone = !overlap(evidence, streamOf(story));
    const runs = begun.get(story.key) ?? [];
    begun.delete(story.key);
    checkFences(story, runs, { alone, left, fault });
    checkEnd(story, runs, { alone, left, fault });
    if (alone) checkStory(story, runs);
  }
  for (const actor of actors.values()) checkLate(actor, fault);
  for (const key of begun.keys()) fault(`${key} ran, but the log knows no such activity`);
  return world.filter(({ what }) => what === "begun").length;

  function checkStory(story: Story, runs: readonly Begun[]): void {
    checkStop(story, runs, { world, fault });
    for (const [index, run] of runs.entries())
      if (!isAccounted(story, run, runs[index + 1])) fault(`${name(run)} has no end in the log`);
  }

  /** Exactly one of: completion, failure, a stop, an owner that went. */
  function isAccounted(story: Story, run: Begun, next: Begun | undefined): boolean {
    const recorded = story.failures.includes(run.attempt);
    const completes = (story.end === "done" || story.end === "error") && next === undefined;
    if (recorded) return run.end !== "over";
    if (completes) return story.end === "done" ? run.end === "over" : run.end !== "over";
    if (story.end === "left" && next === undefined) return true;
    return hasGone(run) && (next === undefined || next.tenure > run.tenure);
  }

  /** Whether its owner did not live until nothing was left to do, or gave the partition away. */
  function hasGone(run: Begun): boolean {
    return ends.get(run.life) !== "quiet" || tenures.isFollowed(streamOf(run), run.tenure);
  }
}

/** Where its state or actor was left, its signal has aborted: it does not end by itself behind that record. */
function checkStop(
  { key, end, endSeq = 0 }: Story,
  runs: readonly Begun[],
  { world, fault }: Pick<Evidence, "world" | "fault">,
): void {
  if (end !== "left") return;
  const [stream] = key.split("#");
  const left = world.findIndex(
    (trace) => trace.what === "appended" && trace.stream === stream && trace.to >= endSeq,
  );
  for (const run of runs)
    if (left !== -1 && run.endAt > left && (run.end === "over" || run.end === "failed"))
      fault(`${name(run)} went on behind record ${endSeq}, which left it`);
}

/** A6: who has ended or was left says nothing more. */
function checkLate({ address, steps }: Replayed, fault: Evidence["fault"]): void {
  const residents = residentsOf(steps);
  for (const [index, { seq, body }] of steps.entries()) {
    if (body.from === undefined || !residents.has(body.from)) continue;
    const open = steps[index - 1]?.residents ?? [];
    if (!open.includes(body.from))
      fault(`${address} ${seq}: a word of ${body.from}, which is not open`);
  }
}

function storiesOf({ address, steps }: Replayed): Story[] {
  return steps.flatMap((step, index) =>
    step.effects.flatMap(({ id, effect }) =>
      effect.type === "start" && effect.child.logicType === "promise"
        ? [storyOf(`${address}#${id}`, effect.child, steps.slice(index + 1))]
        : [],
    ),
  );
}

function storyOf(key: string, child: Child, steps: readonly Replay[]): Story {
  const last = steps.find((step) => endOf(step, child) !== "open");
  const own = last === undefined ? steps : steps.slice(0, steps.indexOf(last) + 1);
  const events = own.flatMap(({ body: { event } }) => (event === undefined ? [] : [event]));
  const failed = events.filter(
    (event) => event.type === "troupe.activity.failed" && event["activity"] === child.address,
  );
  return {
    key,
    failures: failed.map((event) => numberIn(event, "attempt") ?? 0),
    retryAt: numberIn(failed.at(-1), "retryAt") ?? 0,
    recoveries: events.filter(({ type }) => type === "troupe.recovered").length,
    end: last === undefined ? "open" : endOf(last, child),
    ...(last !== undefined && { endSeq: last.seq }),
    output: last?.body.event?.["output"],
  };
}

type Child = Extract<Replay["effects"][number]["effect"], { type: "start" }>["child"];

function endOf({ body, residents }: Replay, { address, id }: Child): Story["end"] {
  if (body.from === address && body.event?.type === `xstate.done.actor.${id}`) return "done";
  if (body.from === address && body.event?.type === `xstate.error.actor.${id}`) return "error";
  return residents.includes(address) ? "open" : "left";
}

function runsByKey(world: readonly Noted[], tenures: Tenures): Map<string, Begun[]> {
  const runs = new Map<string, Begun[]>();
  for (const [place, trace] of world.entries()) {
    if (!("run" in trace)) continue;
    const { run, life, what, output } = trace;
    const same = runs.get(run.key) ?? [];
    runs.set(run.key, same);
    if (what === "begun") {
      const tenure = tenures.of(life, streamOf(run), place);
      const { at = Infinity } = trace;
      same.push({ ...run, life, tenure, at, place, end: undefined, endAt: world.length });
    } else {
      const at = same.findIndex(({ epoch, attempt }) => epoch === run.epoch && attempt === run.attempt);
      const found = same[at];
      if (found !== undefined) same[at] = { ...found, end: what, endAt: place, output };
    }
  }
  return runs;
}

/** Each owner is one epoch, and later ones have greater ones; where hosts share the log, in each partition for itself. */
function checkEpochs(runs: readonly Begun[], { shared }: Tenures, fault: Evidence["fault"]): void {
  const epochs = new Map<number, number>();
  for (const run of runs) {
    const { life, tenure, epoch } = run;
    if (shared && tenure !== epoch)
      fault(`${name(run)} in life ${life}, which owns by epoch ${tenure}`);
    if (shared) continue;
    for (const [other, known] of epochs)
      if (Math.sign(other - tenure) !== Math.sign(known - epoch))
        fault(`${name(run)} in life ${life}, but life ${other} has epoch ${known}`);
    epochs.set(tenure, epoch);
  }
}

function streamOf({ key }: Pick<Run, "key">): string {
  return key.slice(0, key.indexOf("#"));
}

interface Judging {
  /** No two owners lived at once. */
  readonly alone: boolean;
  readonly left: Left;
  readonly fault: Evidence["fault"];
}

function checkFences(
  { failures, retryAt, recoveries }: Story,
  runs: readonly Begun[],
  { alone, fault }: Judging,
): void {
  const fences = new Set<string>();
  for (const [index, run] of runs.entries()) {
    const before = runs[index - 1];
    const fence = `${run.epoch}.${run.attempt}`;
    if (run.attempt < 1 || run.attempt > 1 + failures.length + recoveries)
      fault(`${name(run)}, but ${failures.length} failures and ${recoveries} recoveries are recorded`);
    if (isHasty(run, failures, retryAt))
      fault(`${name(run)} begins before ${retryAt}, when it is to be tried again`);
    if (fences.has(fence)) fault(`${name(run)} ran twice`);
    fences.add(fence);
    if (alone && before !== undefined) checkFollows(before, run, fault);
  }
}

/** One run after the other, where no two owners lived at once. */
function checkFollows(before: Begun, run: Begun, fault: Evidence["fault"]): void {
  if (run.attempt <= before.attempt || run.epoch < before.epoch)
    fault(`${name(run)} follows ${name(before)}`);
  if (before.end !== undefined && before.endAt > run.place)
    fault(`${name(run)} begins before ${name(before)} has ended`);
}

function isHasty(run: Begun, failures: readonly number[], retryAt: number): boolean {
  return run.attempt > Math.max(0, ...failures) && run.at < retryAt;
}

function checkEnd(
  { key, end, output, failures }: Story,
  runs: readonly Begun[],
  { alone, left, fault }: Judging,
): void {
  if (end === "open" && !mayBeOpen(left, key)) fault(`${key} is still open in the log`);
  for (const attempt of failures)
    if (!runs.some((run) => run.attempt === attempt))
      fault(`${key}: a failure of attempt ${attempt} is recorded, which never ran`);
  if (end !== "done") return;
  const possible = alone ? runs.slice(-1) : runs;
  if (!possible.some((run) => isOf(run, output)))
    fault(
      `${key} was completed with ${JSON.stringify(output)}, it ran as: ${runs.map(name).join("; ")}`,
    );
}

/** Whether an output is what this run came to. */
function isOf(run: Begun, output: unknown): boolean {
  if (run.output !== undefined) return isDeepStrictEqual(run.output, output ?? null);
  const { epoch, attempt } = Object(output) as Partial<Run>; // what the work returns
  return run.epoch === epoch && run.attempt === attempt;
}

function name({ key, epoch, attempt }: Run): string {
  return `${key} attempt ${attempt} of epoch ${epoch}`;
}
