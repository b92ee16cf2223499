/**
 * Activities: what the log says of each, against what the world saw.
 *
 * - A3. Runs = completions + recorded failures + runs cut off by a stop or by the end of a life.
 *   No run begins behind a recorded completion, and none ends well without one in a life that
 *   went on.
 * - A12. Every run of one start has the same key; epoch and attempt only grow; the attempt is
 *   1 + recorded failures + recoveries.
 */
import type { Evidence } from "./drill-check.ts";
import { numberIn, type Replay, type Replayed } from "./drill-replay.ts";
import type { Run, Trace } from "./drill-world.ts";

/** What the log says of one activity. */
interface Story {
  readonly key: string;
  /** Attempts with a recorded failure. */
  readonly failures: readonly number[];
  readonly recoveries: number;
  /** The record that ended it. */
  readonly endSeq?: number;
  /** How it ended: by a completion (or a last failure), or because its state or actor was left. */
  readonly end: "done" | "error" | "left" | "open";
  /** What the completion says of the run that it is of. */
  readonly output: unknown;
}

interface Begun extends Run {
  readonly life: number;
  readonly end: "over" | "failed" | "aborted" | undefined;
  /** Where the line of its end stands in the world. */
  readonly endAt: number;
}

/** @returns how many runs there were. */
export function checkRuns({ actors, world, lives, fault }: Evidence): number {
  const begun = runsByKey(world);
  const ends = new Map(lives.map(({ life, end }) => [life, end]));
  const stories = [...actors.values()].flatMap(storiesOf);
  checkEpochs(world, fault);
  for (const story of stories) {
    const runs = begun.get(story.key) ?? [];
    begun.delete(story.key);
    checkFences(story, runs, fault);
    checkEnd(story, runs, fault);
    checkStop(story, runs, { world, fault });
    for (const [index, run] of runs.entries())
      if (!isAccounted(story, run, runs[index + 1])) fault(`${name(run)} has no end in the log`);
  }
  for (const actor of actors.values()) checkLate(actor, fault);
  for (const key of begun.keys()) fault(`${key} ran, but the log knows no such activity`);
  return world.filter(({ what }) => what === "begun").length;

  /** Exactly one of: completion, failure, a stop, a life that ended. */
  function isAccounted(story: Story, run: Begun, next: Begun | undefined): boolean {
    const recorded = story.failures.includes(run.attempt);
    const completes = (story.end === "done" || story.end === "error") && next === undefined;
    const cut = ends.get(run.life) !== "quiet" && (next === undefined || next.life > run.life);
    if (recorded) return run.end !== "over";
    if (completes) return story.end === "done" ? run.end === "over" : run.end !== "over";
    if (story.end === "left" && next === undefined) return true;
    return cut;
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
  for (const [index, { seq, body }] of steps.entries()) {
    if (!/^xstate\.(done|error)\.actor\.work$/.test(body.event?.type ?? "")) continue;
    const open = steps[index - 1]?.residents ?? [];
    if (body.from === undefined || !open.includes(body.from))
      fault(`${address} ${seq}: an end of ${body.from}, which is not open`);
  }
}

function storiesOf({ address, steps }: Replayed): Story[] {
  return steps.flatMap((step, index) =>
    step.effects.flatMap(({ id, effect }) =>
      effect.type === "start" && effect.child.logicType === "promise"
        ? [storyOf(`${address}#${id}`, effect.child.address, steps.slice(index + 1))]
        : [],
    ),
  );
}

function storyOf(key: string, child: string, steps: readonly Replay[]): Story {
  const failures: number[] = [];
  let recoveries = 0;
  for (const step of steps) {
    const { event } = step.body;
    if (event?.type === "troupe.recovered") recoveries++;
    if (event?.type === "troupe.activity.failed" && event["activity"] === child)
      failures.push(numberIn(event, "attempt") ?? 0);
    const end = endOf(step, child);
    if (end !== "open")
      return { key, failures, recoveries, end, endSeq: step.seq, output: event?.["output"] };
  }
  return { key, failures, recoveries, end: "open", output: undefined };
}

function endOf({ body, residents }: Replay, child: string): Story["end"] {
  if (body.from === child && body.event?.type === "xstate.done.actor.work") return "done";
  if (body.from === child && body.event?.type === "xstate.error.actor.work") return "error";
  return residents.includes(child) ? "open" : "left";
}

function runsByKey(world: readonly Trace[]): Map<string, Begun[]> {
  const runs = new Map<string, Begun[]>();
  for (const [place, trace] of world.entries()) {
    if (trace.what === "acted" || trace.what === "appended") continue;
    const { run, life, what } = trace;
    const same = runs.get(run.key) ?? [];
    runs.set(run.key, same);
    if (what === "begun") same.push({ ...run, life, end: undefined, endAt: world.length });
    else {
      const at = same.findIndex(({ epoch, attempt }) => epoch === run.epoch && attempt === run.attempt);
      const found = same[at];
      if (found !== undefined) same[at] = { ...found, end: what, endAt: place };
    }
  }
  return runs;
}

/** Each life is one epoch, and later lives have greater ones. */
function checkEpochs(world: readonly Trace[], fault: Evidence["fault"]): void {
  let last = { life: 0, epoch: -1 };
  for (const trace of world) {
    if (trace.what !== "begun") continue;
    const { life, run } = trace;
    const fits = life === last.life ? run.epoch === last.epoch : run.epoch > last.epoch;
    if (!fits) fault(`${name(run)} in life ${life} follows epoch ${last.epoch} of life ${last.life}`);
    last = { life, epoch: run.epoch };
  }
}

function checkFences(
  { failures, recoveries }: Story,
  runs: readonly Begun[],
  fault: Evidence["fault"],
): void {
  for (const [index, run] of runs.entries()) {
    const before = runs[index - 1];
    if (run.attempt < 1 || run.attempt > 1 + failures.length + recoveries)
      fault(`${name(run)}, but ${failures.length} failures and ${recoveries} recoveries are recorded`);
    if (before !== undefined && (run.attempt <= before.attempt || run.epoch < before.epoch))
      fault(`${name(run)} follows ${name(before)}`);
  }
}

function checkEnd(
  { key, end, output, failures }: Story,
  runs: readonly Begun[],
  fault: Evidence["fault"],
): void {
  const last = runs.at(-1);
  if (end === "open") fault(`${key} is still open in the log`);
  for (const attempt of failures)
    if (!runs.some((run) => run.attempt === attempt))
      fault(`${key}: a failure of attempt ${attempt} is recorded, which never ran`);
  if (end !== "done") return;
  const { epoch, attempt } = Object(output) as Partial<Run>; // what the work returns
  if (last === undefined || last.epoch !== epoch || last.attempt !== attempt)
    fault(
      `${key} was completed by attempt ${attempt} of epoch ${epoch}, the last run is ${last === undefined ? "none" : name(last)}`,
    );
}

function name({ key, epoch, attempt }: Run): string {
  return `${key} attempt ${attempt} of epoch ${epoch}`;
}
