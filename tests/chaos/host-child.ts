/**
 * A host of the storm: `host-child.ts JSON`. It opens the log by way of its gate, runs the bank
 * until SIGTERM, and opens it again whenever it fails, as a supervisor would let it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock, type Clock } from "../../src/actors/clock.ts";
import { createHost } from "../../src/actors/host.ts";
import { TroupeError } from "../../src/errors.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { bankKinds } from "./bank.ts";
import { noteDown, openOutside, type Outside } from "./outside.ts";

/** What the parent says to a child. */
export interface HostPlan {
  readonly url: string;
  /** The file that is the outside world. */
  readonly outside: string;
  readonly host: number;
  readonly life: number;
  readonly leaseMs: number;
  readonly answerMs: number;
  /** By how much its clock is wrong. */
  readonly skewMs: number;
}

/** What a child prints, one a line. */
export type HostSaid =
  | { readonly said: "opened" | "closed" }
  | { readonly said: "failed"; readonly code: string; readonly message: string }
  | { readonly said: "warned"; readonly message: string; readonly facts: string };

const plan = JSON.parse(process.argv[2] ?? "") as HostPlan; // the parent wrote it
const ending = new AbortController();
process.once("SIGTERM", () => ending.abort());
process.once("disconnect", () => process.exit(4)); // nobody is left to watch over it

function say(said: HostSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

const clock: Clock = { ...systemClock, now: () => Date.now() + plan.skewMs };

function startHost(log: EventLog, opening: number, outside: Outside) {
  return createHost({
    log,
    kinds: bankKinds(noteDown(outside, { host: plan.host, life: plan.life })),
    clock,
    writer: writerOf(plan, opening),
    idleMs: 300,
    snapshotEvery: 20,
    checkpointEvery: 50,
    strict: false,
    warn: (message, facts) => say({ said: "warned", message, facts: textOf(facts) }),
  });
}

/** Who wrote a record is seen in its id. */
function writerOf({ host, life }: HostPlan, opening: number): string {
  return `h${host}-l${life}-o${opening}`;
}

function textOf(facts: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(facts, (_, value: unknown) =>
    value instanceof Error ? `${value.name}: ${value.message}` : value,
  );
}

async function live(opening: number, outside: Outside): Promise<void> {
  const { url, leaseMs, answerMs } = plan;
  await using log = await jetstreamLog({ url, leaseMs, answerMs });
  await using host = await startHost(log, opening, outside);
  say({ said: "opened" });
  await new Promise<void>((resolve) => {
    for (const signal of [ending.signal, host.failed])
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  if (host.failed.aborted) throw host.failed.reason;
}

const outside = openOutside(plan.outside);
for (let opening = 1; !ending.signal.aborted; opening++) {
  try {
    await live(opening, outside);
  } catch (error) {
    if (ending.signal.aborted) break;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say({ said: "failed", code: TroupeError.is(error) ? error.code : "UNKNOWN", message });
    await sleep(100);
  }
}
say({ said: "closed" });
process.exit(0);
