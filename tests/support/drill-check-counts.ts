/**
 * What the actors hold in the end, against what the drill's machines mean: the inputs that the
 * log has, and nothing else, decide it.
 *
 * - A8. Each word to the counter counts once, whoever said it: a step, a delay or an action.
 */
import { isDeepStrictEqual } from "node:util";
import { checkDelays } from "./drill-check-delays.ts";
import type { Evidence } from "../../src/testing/evidence.ts";
import { numberIn, type Replay, type Replayed } from "../../src/testing/replayed.ts";

export function checkCounts({ actors, fault }: Evidence): void {
  for (const [address, desk] of actors) {
    const root = /^desk\/([^:]*)$/.exec(address)?.[1];
    if (root === undefined) continue;
    const workers = [...actors.values()].filter((one) => one.address.startsWith(`worker/${root}:`));
    const temps = [...actors.values()].filter((one) => one.address.startsWith(`${address}:temp`));
    const words = [desk, ...workers, ...temps].flatMap(({ address: who, steps }) =>
      wordsOf(who, steps),
    );
    const counted = Object.entries(Object(actors.get(`${address}:counter`)?.context["by"]));
    const expected = Object.entries(Object.groupBy(words, (by) => by)).map(([by, all]) => [
      by,
      all?.length,
    ]);
    if (!isDeepStrictEqual(sorted(counted), sorted(expected)))
      fault(`${address}: the counter has ${differing(counted, expected)}`);
    checkDesk(desk, workers, fault);
    for (const temp of temps) checkTemp(temp, desk, fault);
    checkDelays(desk, fault);
    for (const worker of workers) checkWorker(worker, desk, fault);
  }
}

/** The words that an actor's inputs make it say to the counter. */
function wordsOf(address: string, steps: readonly Replay[]): string[] {
  if (address.includes(":temp")) return tempWords(steps);
  const n = /:w(\d+)/.exec(address)?.[1];
  return steps.flatMap(({ body, effects }, index) => {
    if (n === undefined) return body.handled === false ? [] : deskWords(body, effects);
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

/** A temp counts what it hears, and says so of each. */
function tempWords(steps: readonly Replay[]): string[] {
  const n = numberIn(Object(steps[0]?.body.born?.input), "n");
  const heard = steps.filter(
    ({ body }) => /^[A-Z]+$/.test(body.event?.type ?? "") && body.handled !== false,
  );
  return heard.map(({ body: { event } }, index) => `${event?.type}-of-${n}-${index + 1}`);
}

function deskWords({ event, timer }: Replay["body"], effects: Replay["effects"]): string[] {
  if (event === undefined) return [];
  const n = numberIn(event, "n");
  switch (event.type) {
    case "JOB":
      return [`job-${n}`];
    case "TELL":
      return [`tell-${n}`];
    case "troupe.timer.fired": // whether it may fire is checked below
      return effects.map(({ effect }) =>
        effect.type === "send" ? JSON.stringify(effect.event["by"]).slice(1, -1) : "",
      );
    case "BALL":
      return [`ball-${n}-${numberIn(event, "left")}`];
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
    temps: count(({ body }) => body.event?.type === "TEMP"),
    worked: workers.filter(({ steps: own }) => own.some(({ body }) => body.state === "cooling")).length,
    ended: count(({ body }) => isEnd(body)),
  };
  if (!isDeepStrictEqual({ ...context }, expected))
    fault(`${address} holds ${JSON.stringify(context)}, expected ${JSON.stringify(expected)}`);
  if (workers.length !== expected.jobs)
    fault(`${address} has ${workers.length} workers for ${expected.jobs} jobs`);
}

/** The last one ended, and its desk heard so; one in whose place another came ended or was stopped. */
function checkTemp({ address, steps }: Replayed, desk: Replayed, fault: Evidence["fault"]): void {
  const [, nth = "1"] = /:temp~?(\d*)$/.exec(address) ?? [];
  const last = Number(nth || 1) === desk.context["temps"];
  const heard = desk.steps.filter(({ body }) => isEnd(body) && body.from === address).length;
  const end = steps.at(-1)?.body.status;
  const fits = last ? end === "done" && heard === 1 : end === "done" || end === "stopped";
  if (!fits) fault(`${address} is ${end}, its desk heard ${heard} times that it ended`);
}

/** Without a DROP or a stop it came to its end and its desk heard so once; with one it ended or was stopped. */
function checkWorker({ address, steps }: Replayed, desk: Replayed, fault: Evidence["fault"]): void {
  const n = Number(/:w(\d+)$/.exec(address)?.[1]);
  const dropped =
    steps.some(({ body: { event } }) => event?.type === "troupe.stopped") ||
    desk.steps.some(({ body: { event } }) => event?.type === "DROP" && numberIn(event, "n") === n);
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
  return stale !== true && /^xstate\.done\.actor\.(w\d+|temp)$/.test(event?.type ?? "");
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
