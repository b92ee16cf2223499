/** JetStream logs for tests: a fresh name at each call, raw connections beside them, owners that die. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { TroupeError } from "../../src/errors.ts";
import type { EventLog, Ownership } from "../../src/events/log/log.ts";

let logs = 0;

/** A name that no other log of this run of the tests has. */
export function freshName(): string {
  return `log-${process.pid}-${++logs}`;
}

/** A plain connection; disposing closes it. */
export async function rawConnection(port: number): Promise<NatsConnection & AsyncDisposable> {
  const nc = await connect({ port });
  return Object.assign(nc, { [Symbol.asyncDispose]: () => nc.close() });
}

/** Starts a process that claims the log for a lease of one second, and kills it (SIGKILL). */
export async function deadOwner(url: string, owner: string): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "nats-owner.ts"), url, owner], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  if (!String(line).startsWith("owns")) throw new Error(`the owner said "${line}"`);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Claims again and again, as a host does, until the log is free. */
export async function claimWhenFree(log: EventLog, owner: string): Promise<Ownership> {
  for (;;) {
    try {
      return await log.claim({ owner });
    } catch (error) {
      if (!TroupeError.is(error, "LOG_OWNED")) throw error;
      await sleep(20);
    }
  }
}
