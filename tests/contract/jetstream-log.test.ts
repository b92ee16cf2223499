/** The JetStream engine against the log contract, and what is its own, on a real server. */
import { Objm } from "@nats-io/obj";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll } from "vitest";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { bucketOf } from "../../src/events/log/jetstream/payloads.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";
import { logContract, type LogFixture } from "./log.contract.ts";

let server: TestNats;
let logs = 0;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server[Symbol.asyncDispose]());

function jetstream(partitions: number): LogFixture {
  return {
    runs: 4,
    async storage() {
      const name = `contract-${++logs}`;
      const url = server.logUrl(name, `&partitions=${partitions}`);
      return {
        open: (options) => jetstreamLog({ ...options, url }),
        async countPayloads() {
          const nc = await connect({ port: server.port });
          try {
            return (await (await new Objm(nc).open(bucketOf(name))).list()).length;
          } catch {
            return 0;
          } finally {
            await nc.close();
          }
        },
        deadOwner: "todo",
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

logContract("a JetStream log of four partitions", jetstream(4));
