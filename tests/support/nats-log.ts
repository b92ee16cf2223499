/** JetStream logs for tests: a fresh name at each call, raw connections beside them, owners that die. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Objm } from "@nats-io/obj";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { TroupeError } from "../../src/errors.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { bucketOf } from "../../src/events/log/jetstream/bucket.ts";
import type { EventLog, Ownership } from "../../src/events/log/log.ts";
import { record, type LogFixture } from "./log-fixture.ts";
import type { TestNats } from "./nats-server.ts";

let logs = 0;

/** A name that no other log of this test file has. */
export function freshName(): string {
  return `log-${++logs}`;
}

/** A plain connection; disposing closes it. */
export async function rawConnection(port: number): Promise<NatsConnection & AsyncDisposable> {
  const nc = await connect({ port });
  return Object.assign(nc, { [Symbol.asyncDispose]: () => nc.close() });
}

/** The contract's fixture on a server that the test file started. */
export function jetstreamFixture(server: () => TestNats, partitions: number, runs: number): LogFixture {
  return {
    runs,
    async storage() {
      const name = freshName();
      const url = server().logUrl(name, `&partitions=${partitions}`);
      return {
        open: (options) => jetstreamLog({ ...options, url }),
        countPayloads: () => countPayloads(server().port, name),
        leavePayload: (log, body) =>
          // its place is taken or not there yet, and its payload is stored before that is seen
          log.append("left/l", [record("left", body)], { expected: 99 }).then(
            () => Promise.reject(new Error("it was written")),
            () => {},
          ),
        // the server's clock cannot be moved
        later: (ms) => sleep(ms),
        async deadOwner(owner) {
          await deadOwner(url, owner);
          await using log = await jetstreamLog({ url });
          await using _claimed = await claimWhenFree(log, "who looks");
        },
        async [Symbol.asyncDispose]() {},
      };
    },
  };
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

async function countPayloads(port: number, name: string): Promise<number> {
  await using nc = await rawConnection(port);
  const bucket = await new Objm(nc).open(bucketOf(name)).catch(() => undefined);
  return bucket === undefined ? 0 : (await bucket.list()).length;
}
