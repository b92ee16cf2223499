/**
 * One life of a drill's host: `drill-child.ts JSON`. It sends the whole history, prints each
 * answer, waits until no actor owes anything, and dies by SIGKILL where its plan says.
 */
import { createHost } from "../../src/actors/host.ts";

import type { ActorRecord } from "../../src/actors/reads.ts";
import { TroupeError } from "../../src/errors.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { drillOf, type Crash, type DrillPoint, type Step } from "./drill-history.ts";
import { drillKinds } from "./drill-machines.ts";
import { openWorld, type World } from "./drill-world.ts";

/** What the parent says to a child. */
export interface LifePlan {
  readonly url: string;
  readonly world: string;
  readonly life: number;
  readonly seed: number;
  readonly crash?: Crash;
}

/** What a child prints, one a line. */
export type Said =
  | { readonly said: "answer"; readonly step: number; readonly seq: number }
  | { readonly said: "refused"; readonly step: number; readonly code: string }
  | { readonly said: "wrong"; readonly message: string; readonly facts: unknown }
  | { readonly said: "dying"; readonly point: DrillPoint }
  | { readonly said: "quiet" | "closed" }
  | { readonly said: "failed"; readonly message: string };

const plan = JSON.parse(process.argv[2] ?? "") as LifePlan; // the parent wrote it

let left = plan.crash?.nth ?? 0;
/** Resolves where the plan wants the host closed. */
const closing = Promise.withResolvers<void>();
function at(point: DrillPoint): void {
  if (point !== plan.crash?.point || --left !== 0) return;
  if (point === "closed") return closing.resolve();
  say({ said: "dying", point });
  process.kill(process.pid, "SIGKILL");
}

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

/** The log, with points around its appends and a note in the world of each. */
function watched(log: EventLog, world: World): EventLog {
  return {
    ...log,
    async append(stream, records, options) {
      const appending = log.append(stream, records, options);
      at("in-append");
      const to = await appending;
      world.note({ what: "appended", stream, from: options.expected + 1, to });
      if (records.some(({ body }) => body["dues"] !== undefined)) setImmediate(at, "timer-pending");
      return to;
    },
  };
}

async function openLife(url: string): Promise<EventLog> {
  if (url.startsWith("nats:")) {
    const { jetstreamLog } = await import("../../src/events/log/jetstream.ts");
    return jetstreamLog({ url, leaseMs: 1000 });
  }
  const { sqliteLog } = await import("../../src/events/log/sqlite.ts");
  return sqliteLog({ path: url.slice("sqlite:".length) });
}

type Host = Awaited<ReturnType<typeof openHost>>;

async function openHost(log: EventLog, world: World) {
  for (;;) {
    try {
      return await createHost({
        log,
        kinds: drillKinds(world),
        snapshotEvery: 4,
        checkpointEvery: 5,
        idleMs: 40,
        shared: false, // hosts that share a log have drills of their own: tests/chaos
        at,
        warn: (message, facts) => say({ said: "wrong", message, facts: facts["error"] ?? facts }),
      });
    } catch (error) {
      if (!TroupeError.is(error, "LOG_OWNED")) throw error;
      await sleep(20); // until the lease of the life before has run out: nobody tells
    }
  }
}

async function take(host: Host, index: number, step: Step): Promise<void> {
  try {
    const answer =
      "start" in step
        ? await host.start(step.to).then(() => ({ seq: 1 }))
        : await host.actor(step.to).send(step.send as never, { id: step.id }); // each kind takes its own
    say({ said: "answer", step: index, seq: answer.seq });
    at("closed");
  } catch (error) {
    if (!TroupeError.is(error)) throw error;
    if (error.code !== "EVENT_REFUSED" && error.code !== "ACTOR_NOT_FOUND") throw error;
    say({ said: "refused", step: index, code: error.code });
  }
}

async function takeAll(host: Host): Promise<void> {
  let index = 0;
  for (const { steps, pauseMs } of drillOf(plan.seed).bursts) {
    await Promise.all(steps.map((step) => take(host, index++, step)));
    if (pauseMs > 0) await sleep(pauseMs); // as a user thinks
  }
}

/** Resolves when the last record of every actor owes nothing: passivation says so of each. */
async function quiet(host: Host): Promise<void> {
  const end = new AbortController();
  const failed = () => end.abort();
  host.failed.addEventListener("abort", failed, { once: true });
  const tips = new Map<string, number>();
  const open = new Set<string>();
  const note = ({ stream, seq, body }: ActorRecord): void => {
    if (seq <= (tips.get(stream) ?? 0)) return;
    tips.set(stream, seq);
    if (body.owes > 0) open.add(stream);
    else open.delete(stream);
  };
  for await (const record of host.records({ live: false })) note(record);
  if (open.size === 0) return;
  for await (const record of host.records({ live: true, signal: end.signal })) {
    note(record);
    if (open.size === 0) return;
  }
  host.failed.throwIfAborted();
}

async function work(host: Host): Promise<"quiet"> {
  await takeAll(host);
  await quiet(host);
  return "quiet";
}

async function live(): Promise<"quiet" | "closed"> {
  using world = openWorld(plan.world, plan.life, at);
  await using log = watched(await openLife(plan.url), world);
  await using host = await openHost(log, world);
  const closed = closing.promise.then(() => "closed" as const);
  const said = await Promise.race([closed, work(host)]);
  for (const parked of await host.parked()) say({ said: "wrong", message: "parked", facts: parked });
  return said;
}

try {
  say({ said: await live() });
  process.exit(0); // commands that a closed host refuses are no matter
} catch (error) {
  say({
    said: "failed",
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  });
  process.exit(3);
}
