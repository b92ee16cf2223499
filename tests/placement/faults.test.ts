/** Hosts that share a log, where its server goes away, comes back, or takes no more. */
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { partitionStream, stateStream } from "../../src/events/log/jetstream/link.ts";
import { counterKind } from "../support/laws-kinds.ts";
import { freshName, rawConnection } from "../support/nats-log.ts";
import { startNats } from "../support/nats-server.ts";

const kinds = [counterKind()] as const;
const server = await startNats({ syncAlways: true });
afterAll(() => server[Symbol.asyncDispose]());

describe("a host on a shared log", () => {
  it("waits where the server is away for longer than its lease, and goes on when it is back", async () => {
    const url = server.logUrl(freshName(), "&partitions=2");
    await using log = await jetstreamLog({ url, leaseMs: 1_000, answerMs: 500 });
    const said: string[] = [];
    await using host = await createHost({ log, kinds, warn: (message) => void said.push(message) });
    const counters = [await host.start("counter/a"), await host.start("counter/b")];
    await server.kill();
    const sent = counters.map((counter, i) =>
      counter.send({ type: "ADD", by: i + 1 }, { id: `c${i}` }),
    );
    for (const one of sent) one.catch(() => {}); // looked at below
    await expect.poll(() => host.placement().partitions, { timeout: 10_000 }).toEqual([]);
    await server.restart();
    await expect.poll(() => host.placement().partitions, { timeout: 10_000 }).toEqual([0, 1]);
    for (const [i, counter] of counters.entries()) {
      await sent[i]?.catch(() => {}); // it may say that its outcome is unknown: then the same again
      await counter.send({ type: "ADD", by: i + 1 }, { id: `c${i}` });
      expect((await counter.snapshot()).context.count).toBe(i + 1);
    }
    expect(said).toContain("a partition is lost");
    expect(host.failed.aborted).toBe(false);
  }, 40_000);

  it("waits for itself where nobody sees it, as behind an outage that was longer than its lease", async () => {
    const name = freshName();
    await using log = await jetstreamLog({ url: server.logUrl(name, "&partitions=1") });
    const facts = { id: "h", name: "h", since: 0, kinds: {}, labels: [], refuses: [0] };
    const membership = await log.members?.join(facts);
    await using nc = await rawConnection(server.port);
    const { streams } = await jetstreamManager(nc);
    await streams.purge(stateStream(name), { filter: `troupe.${name}.own.host.>` });
    const ask = (): Promise<unknown> =>
      log.commands.request({ id: "c", address: "counter/a", op: "send", data: {} }, { timeoutMs: 200 });
    await expect(ask()).rejects.toMatchObject({ code: "LOG_OUTCOME_UNKNOWN" });
    await membership?.[Symbol.asyncDispose]();
    await expect(ask()).rejects.toMatchObject({ code: "LOG_UNOWNED" });
  });

  it("says that a stream is full, loses nothing, and goes on once there is room", async () => {
    const name = freshName();
    const url = server.logUrl(name, "&partitions=1");
    await using log = await jetstreamLog({ url, leaseMs: 1_000 });
    await using host = await createHost({ log, kinds });
    const counter = await host.start("counter/a");
    await using nc = await rawConnection(server.port);
    const { streams } = await jetstreamManager(nc);
    const stream = partitionStream(name, 0);
    const { config, state } = await streams.info(stream);
    await streams.update(stream, { ...config, max_bytes: state.bytes + 10 });
    const refused = counter.send({ type: "NOTE", text: "x".repeat(1_000) }, { id: "n" });
    await expect(refused).rejects.toMatchObject({
      code: "LOG_WRITE_FAILED",
      message: expect.stringContaining("maximum bytes") as string,
      hint: expect.stringContaining("space") as string,
    });
    await streams.update(stream, { ...config, max_bytes: -1 });
    await counter.send({ type: "NOTE", text: "y" }, { id: "n" });
    expect((await counter.snapshot()).context.notes).toEqual(["y"]);
    expect(host.failed.aborted).toBe(false);
  }, 20_000);
});
