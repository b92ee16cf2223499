/**
 * One life of a drill's host: `drill-child.ts JSON`. It sends the whole history, prints each
 * answer, waits until no actor owes anything, and dies by SIGKILL where its plan says.
 */
import { createHost } from "../../src/actors/host.ts";

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
  | { readonly said: "quiet" }
  | { readonly said: "failed"; readonly message: string };

const plan = JSON.parse(process.argv[2] ?? "") as LifePlan; // the parent wrote it

let left = plan.crash?.nth ?? 0;
function at(point: DrillPoint): void {
  if (point !== plan.crash?.point || --left !== 0) return;
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
        idleMs: 40,
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
  const open = new Set<string>();
  const end = new AbortController();
  const failed = () => end.abort(host.failed.reason);
  host.failed.addEventListener("abort", failed, { once: true });
  let known = 0;
  const before = await Array.fromAsync(host.records());
  for (const { stream, body } of before) note(stream, body.owes);
  if (open.size === 0) return;
  for await (const { stream, body } of host.records({ live: true, signal: end.signal })) {
    if (known++ < before.length) continue;
    note(stream, body.owes);
    if (open.size === 0) return;
  }
  host.failed.throwIfAborted();

  function note(stream: string, owes: number): void {
    if (owes > 0) open.add(stream);
    else open.delete(stream);
  }
}

async function live(): Promise<void> {
  using world = openWorld(plan.world, plan.life, at);
  await using log = watched(await openLife(plan.url), world);
  await using host = await openHost(log, world);
  await takeAll(host);
  await quiet(host);
  for (const parked of await host.parked()) say({ said: "wrong", message: "parked", facts: parked });
  say({ said: "quiet" });
}

try {
  await live();
} catch (error) {
  say({
    said: "failed",
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  });
  process.exit(3);
}
