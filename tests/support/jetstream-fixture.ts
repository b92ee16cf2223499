/** The log contract's fixture on JetStream: logs on the shared server. */
import { setTimeout as sleep } from "node:timers/promises";
import { Objm } from "@nats-io/obj";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { bucketOf } from "../../src/events/log/jetstream/bucket.ts";
import { record, type LogFixture } from "./log-fixture.ts";
import { claimWhenFree, deadOwner, freshName, rawConnection } from "./nats-log.ts";
import { sharedNats } from "./shared-nats.ts";

export function jetstreamFixture(partitions: number, runs: number): LogFixture {
  return {
    runs,
    async storage() {
      const name = freshName();
      const url = sharedNats.logUrl(name, `&partitions=${partitions}`);
      return {
        open: (options) => jetstreamLog({ ...options, url }),
        countPayloads: () => countPayloads(name),
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

async function countPayloads(name: string): Promise<number> {
  await using nc = await rawConnection(sharedNats.port);
  const bucket = await new Objm(nc).open(bucketOf(name)).catch(() => undefined);
  return bucket === undefined ? 0 : (await bucket.list()).length;
}
