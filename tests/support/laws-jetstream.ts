/** The laws' bench on JetStream: a log of its own for each test. */
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { benchOn, ENGINES, type Engine } from "./laws-bench.ts";
import { freshName } from "./nats-log.ts";
import { sharedNats } from "./shared-nats.ts";

const JETSTREAM: Engine = {
  name: "jetstream",
  async bench() {
    const url = sharedNats.logUrl(freshName(), "&partitions=2");
    return benchOn(() => jetstreamLog({ url }), new AsyncDisposableStack());
  },
};

/** For laws that rest on what the log does between processes. */
export const EVERY_ENGINE: readonly Engine[] = [...ENGINES, JETSTREAM];
