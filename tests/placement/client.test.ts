/** A client of a log that hosts share, where there is none. */
import { expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { partitionOfAddress } from "../../src/events/subjects.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { counterKind } from "../support/laws-kinds.ts";

const ADDRESS = "counter/c";

it("A9: waits for the lease of a host that has died, also of another partition, and acts then", async () => {
  const store = memoryStore({ partitions: 2 });
  const open = () => memoryLog({ store, shared: true });
  const dead = open();
  const other = 1 - partitionOfAddress(ADDRESS, 2);
  const lease = await dead.claim({ owner: "dead", partition: other });
  const log = open();
  const tried = Promise.withResolvers<void>();
  let tries = 0;
  const claim = log.claim.bind(log);
  log.claim = (asked) => {
    if (++tries === 8) tried.resolve();
    return claim(asked);
  };
  await using client = await connect({ log, kinds: [counterKind()] });
  const started = client.start(ADDRESS);
  await tried.promise;
  await lease[Symbol.asyncDispose]();
  await started;
  expect(await log.tip(ADDRESS)).toBe(1);
});
