/** The memory engine against the log contract, with one partition and with several. */
import { expect, it } from "vitest";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { record } from "../support/log-fixture.ts";
import { logContract, type LogFixture } from "./log.contract.ts";

function memory(partitions: number): LogFixture {
  return {
    runs: 100,
    async storage() {
      const store = memoryStore({ partitions });
      let at = 1_700_000_000_000;
      return {
        open: async (options) => memoryLog({ ...options, store, now: () => at }),
        async leavePayload(log, body) {
          await log.append("left/l", [record("left", body)], { expected: 0 });
          store.streams.delete("left/l");
          store.records.splice(
            store.records.findLastIndex(({ stream }) => stream === "left/l"),
            1,
          );
        },
        async later(ms) {
          at += ms;
        },
        countPayloads: async () => store.payloads.size,
        deadOwner: "a memory log dies with its process, its owner with it",
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

it("a memory log that is closed lets no host in", async () => {
  const store = memoryStore();
  const log = memoryLog({ store, shared: true });
  await log[Symbol.asyncDispose]();
  const facts = { id: "h", name: "h", since: 0, kinds: {}, labels: [], refuses: [] };
  await expect(log.members?.join(facts)).rejects.toMatchObject({ code: "LOG_UNREACHABLE" });
  expect(store.hosts.size).toBe(0);
});

logContract("a memory log of one partition", memory(1));
logContract("a memory log of four partitions", memory(4));
