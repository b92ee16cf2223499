/** The JetStream engine against the log contract, on a real server. */
import { afterAll, beforeAll } from "vitest";
import { jetstreamFixture } from "../support/nats-log.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";
import { logContract } from "./log.contract.ts";

let server: TestNats;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server[Symbol.asyncDispose]());

logContract(
  "a JetStream log of one partition",
  jetstreamFixture(() => server, 1, 3),
);
logContract(
  "a JetStream log of four partitions",
  jetstreamFixture(() => server, 4, 5),
);
