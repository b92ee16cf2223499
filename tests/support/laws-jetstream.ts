/** The laws' bench on JetStream: one server for all tests of a file, a log of its own for each. */
import { afterAll } from "vitest";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { benchOn, ENGINES, type Engine } from "./laws-bench.ts";
import { freshName } from "./nats-log.ts";
import { startNats, type TestNats } from "./nats-server.ts";

let server: Promise<TestNats> | undefined;
afterAll(async () => {
  await (await server)?.[Symbol.asyncDispose]();
});

const JETSTREAM: Engine = {
  name: "jetstream",
  async bench() {
    server ??= startNats();
    const url = (await server).logUrl(freshName(), "&partitions=2");
    return benchOn(() => jetstreamLog({ url }), new AsyncDisposableStack());
  },
};

/** For laws that rest on what the log does between processes. */
export const EVERY_ENGINE: readonly Engine[] = [...ENGINES, JETSTREAM];
