/** No log is read twice: what `ls`, `show` or a host has folded, no other of them reads again. */
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { knownRuns } from "../../src/cli/known-runs.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { counterKind } from "../support/laws-kinds.ts";
import { folder } from "../support/log-sqlite.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";
import { countedLog, write } from "../support/projected.ts";
import { virtualClock } from "../support/virtual-clock.ts";

interface Storage extends AsyncDisposable {
  readonly open: () => Promise<EventLog>;
}

const EVERY_ENGINE_THAT_KEEPS: readonly (readonly [string, () => Promise<Storage>])[] = [
  [
    "sqlite",
    async () => {
      const home = await folder();
      const open = async (): Promise<EventLog> => sqliteLog({ path: join(home.path, "log.db") });
      return { open, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
    },
  ],
  [
    "jetstream",
    async () => {
      const url = sharedNats.logUrl(freshName(), "&partitions=3");
      return { open: () => jetstreamLog({ url }), async [Symbol.asyncDispose]() {} };
    },
  ],
];

const over = (stream: string) => ({ stream, owes: 0, status: "done" as const });
const err = (line: string): void => expect(line).toBe("nothing is said");

describe.each(EVERY_ENGINE_THAT_KEEPS)("on %s", (_engine, storage) => {
  it("P2: ls, show and hosts read each record once, whoever comes first", async () => {
    await using lies = await storage();
    await using inner = await lies.open();
    const log = countedLog(inner);
    const kinds = [counterKind()];
    await write(
      inner,
      Array.from("abcdefghij").map((run) => over(`workflow/${run}`)),
    );

    expect((await knownRuns({ err }, log)).size).toBe(10);
    expect(log.scanned()).toBe(10);
    await knownRuns({ err }, log);
    expect((await knownRuns({ err }, log, "c")).get("c")).toMatchObject({ status: "COMPLETED" });
    expect((await knownRuns({ err }, log, "nobody")).size).toBe(0);
    expect(log.scanned()).toBe(0);

    {
      await using host = await createHost({ log, kinds, shared: false });
      expect(log.scanned()).toBe(0);
      const counter = await host.start("counter/c");
      await counter.send({ type: "END" });
      expect(log.scanned()).toBe(0);
    }
    const own = (await Array.fromAsync(inner.read("counter/c"))).length;
    expect(log.scanned()).toBe(own); // it folds what it wrote as it closes
    await using _host = await createHost({ log, kinds, shared: false });
    await knownRuns({ err }, log);
    expect(log.scanned()).toBe(0);

    await write(inner, [over("workflow/late")]);
    expect((await knownRuns({ err }, log)).get("late")).toMatchObject({ status: "COMPLETED" });
    expect(log.scanned()).toBe(1);
  });

  it("P2: a host folds ahead while it runs, now and then", async () => {
    await using lies = await storage();
    await using inner = await lies.open();
    const log = countedLog(inner);
    const clock = virtualClock();
    await using host = await createHost({ log, kinds: [counterKind()], clock, shared: false });
    const counter = await host.start("counter/c");
    await counter.send({ type: "ADD", by: 1 });
    const own = (await Array.fromAsync(inner.read("counter/c"))).length;
    expect(log.scanned()).toBe(0);
    await clock.pass(60_000);
    let read = 0;
    while ((read += log.scanned()) < own) await nextTurn();
    // by then the actor may have settled: that record is folded now or with the next
    expect(read).toBeLessThanOrEqual(await inner.tip("counter/c"));
  });
});
