/**
 * What the actors hold in the end, against what the drill's machines mean: the inputs that the
 * log has, and nothing else, decide it.
 *
 * - A8. Each word to the counter counts once, whoever said it: a step, a delay or an action.
 */
import { isDeepStrictEqual } from "node:util";
import type { Evidence } from "./drill-check.ts";
import { numberIn, type Replay, type Replayed } from "./drill-replay.ts";

export function checkCounts({ actors, fault }: Evidence): void {
  for (const [address, desk] of actors) {
    const root = /^desk\/([^:]*)$/.exec(address)?.[1];
    if (root === undefined) continue;
    const workers = [...actors.values()].filter((one) => one.address.startsWith(`worker/${root}:`));
    const words = [desk, ...workers].flatMap(({ address: who, steps }) => wordsOf(who, steps));
    const counted = Object.entries(Object(actors.get(`${address}:counter`)?.context["by"]));
    const expected = Object.entries(Object.groupBy(words, (by) => by)).map(([by, all]) => [
      by,
      all?.length,
    ]);
    if (!isDeepStrictEqual(sorted(counted), sorted(expected)))
      fault(`${address}: the counter has ${differing(counted, expected)}`);
    checkDesk(desk, workers, fault);
    checkReminders(desk, fault);
    for (const worker of workers) checkWorker(worker, desk, fault);
  }
}

/** The words that an actor's inputs make it say to the counter. */
function wordsOf(address: string, steps: readonly Replay[]): string[] {
  const n = /:w(\d+)/.exec(address)?.[1];
  return steps.flatMap(({ body }, index) => {
    if (n === undefined) return body.event === undefined ? [] : deskWords(body.event, body.timer);
    const entered = steps[index - 1]?.body.state === body.state ? undefined : body.state;
    return workerWords(body, entered).map((word) => word.replace("-n", `-${n}`));
  });
}

function workerWords({ born, event }: Replay["body"], entered: unknown): string[] {
  if (born !== undefined) return ["nudge-n"];
  if (event?.type === "PING") return [`ping-n-${numberIn(event, "k")}`];
  if (entered === "working" || event?.type === "AGAIN") return ["working-n"];
  if (entered === "cooling") return ["done-n"];
  return entered === "spoilt" ? ["spoilt-n"] : [];
}

function deskWords(event: NonNullable<Replay["body"]["event"]>, timer: string | undefined): string[] {
  const n = numberIn(event, "n");
  switch (event.type) {
    case "JOB":
      return [`job-${n}`];
    case "TELL":
      return [`tell-${n}`];
    case "LATER":
      return [`later-${n}`]; // nothing takes it back, so in the end it was said
    case "REMIND":
      return timer === undefined ? ["a reminder that no timer fired"] : [`remind-${n}`];
    default:
      return [];
  }
}

function checkDesk(
  { address, steps, context }: Replayed,
  workers: readonly Replayed[],
  fault: Evidence["fault"],
): void {
  const count = (test: (step: Replay) => boolean): number => steps.filter(test).length;
  const expected = {
    jobs: count(({ body }) => body.event?.type === "JOB"),
    worked: workers.filter(({ steps: own }) => own.some(({ body }) => body.state === "cooling")).length,
    ended: count(({ body }) => isEnd(body)),
  };
  if (!isDeepStrictEqual({ ...context }, expected))
    fault(`${address} holds ${JSON.stringify(context)}, expected ${JSON.stringify(expected)}`);
  if (workers.length !== expected.jobs)
    fault(`${address} has ${workers.length} workers for ${expected.jobs} jobs`);
}

/** The last reminder came; one before it came or was replaced. */
function checkReminders({ address, steps }: Replayed, fault: Evidence["fault"]): void {
  const asked = steps.filter(({ body }) => body.event?.type === "LATER");
  const came = steps.filter(({ body }) => body.event?.type === "REMIND");
  const last = numberIn(asked.at(-1)?.body.event, "n");
  if (numberIn(came.at(-1)?.body.event, "n") !== last) fault(`${address}: reminder ${last} never came`);
}

/** Without a DROP it came to its end and its desk heard so once; with one it ended or was stopped. */
function checkWorker({ address, steps }: Replayed, desk: Replayed, fault: Evidence["fault"]): void {
  const n = Number(/:w(\d+)$/.exec(address)?.[1]);
  const dropped = desk.steps.some(
    ({ body: { event } }) => event?.type === "DROP" && numberIn(event, "n") === n,
  );
  const heard = desk.steps.filter(({ body }) => isEnd(body) && body.from === address).length;
  const end = endOf(steps);
  const fits = dropped ? end === "ended" || end === "stopped" : end === "ended" && heard === 1;
  if (!fits) fault(`${address} is ${end}, its desk heard ${heard} times that it ended`);
}

function endOf(steps: readonly Replay[]): string {
  const last = steps.at(-1)?.body;
  if (last === undefined) return "absent";
  const final = last.state === "finished" || last.state === "spoilt";
  return last.status === "done" && final ? "ended" : last.status;
}

function isEnd({ event, stale }: Replay["body"]): boolean {
  return stale !== true && /^xstate\.done\.actor\.w\d+$/.test(event?.type ?? "");
}

function sorted(entries: readonly (readonly unknown[])[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).sort();
}

function differing(
  counted: readonly (readonly unknown[])[],
  expected: readonly (readonly unknown[])[],
): string {
  const [has, should] = [new Set(sorted(counted)), new Set(sorted(expected))];
  const more = [...has].filter((one) => !should.has(one));
  const less = [...should].filter((one) => !has.has(one));
  return `${more.join(" ")} too much, ${less.join(" ")} missing`;
}
