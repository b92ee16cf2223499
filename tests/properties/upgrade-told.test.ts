/** The upgrade check: what it tells beside its verdicts. */
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { upgradeCheck } from "../../src/replay/upgrade.ts";
import { ENGINES, type Engine } from "../support/laws-bench.ts";
import { ordered, secondOrder, world } from "../support/laws-versions.ts";
import { smallKind, type SmallSpec } from "../support/small-machines.ts";

const [memory] = ENGINES as readonly [Engine, ...Engine[]]; // as they stand there

/** A log of one actor, which took one event. */
async function lived(spec: SmallSpec): Promise<EventLog> {
  const log = memoryLog();
  await using host = await createHost({ kinds: [smallKind(spec)], log });
  await (await host.start("small/r0" as never, {} as never)).send({ type: "X" } as never);
  return log;
}

describe("the upgrade check", () => {
  it("says which timers and children a migration ends and begins, and what is strange behind it", async () => {
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [{ type: "PAY" }]);
    await using log = await b.open();
    const { migrations } = await upgradeCheck(log, { kinds: [secondOrder(did)] });
    expect(migrations).toEqual([
      {
        address: "order/r",
        version: "1",
        to: "2",
        verdict: "migrates",
        migration: {
          dropped: [{ timer: "50000", state: "paying" }],
          armed: [
            { timer: "20000", state: "charging", delayMs: 20_000 },
            { timer: "50000", state: "charging", delayMs: 50_000 },
          ],
          stopped: [],
          started: ["watch"],
          warnings: [],
        },
      },
    ]);
    const kept = secondOrder(did, {
      migrate: ({ context }) => ({ value: "lapsed", context: context as never }),
    });
    expect((await upgradeCheck(log, { kinds: [kept] })).migrations).toMatchObject([
      {
        migration: {
          dropped: [{ timer: "50000", state: "paying" }],
          armed: [],
          stopped: ["charge"],
          started: [],
          warnings: [
            'behind migrate(), its context lacks "cents", which version 2 begins with; version 2 does not begin with "euros", which its context has',
          ],
        },
      },
    ]);
  });

  it.each<[string, string, readonly SmallSpec[], RegExp]>([
    ["undo or raise the version, where it was not raised", "1", [], /^Undo the change; or raise the/],
    ["name the old one, where it was", "2", [], /^Undo the change; or name version 1 in `previous`/],
    [
      "restore the old machine, where another is named",
      "2",
      [[]],
      /^Restore the machine .* version 1:/,
    ],
  ])("hints to %s", async (_, version, older, hint) => {
    const spec: SmallSpec = [{ from: "a", type: "X", to: "b", adds: 1 }];
    await using log = await lived(spec);
    const previous = older.map((one) => smallKind(one));
    const { found } = await upgradeCheck(log, { kinds: [smallKind([], { version, previous })] });
    expect(found).toMatchObject([{ fault: { hint: expect.stringMatching(hint) } }]);
  });

  it("lists transitions that are gone of what is open, and of what has ended only if asked for", async () => {
    const spec: SmallSpec = [{ from: "a", type: "X", to: "b", adds: 0 }];
    await using log = await lived(spec);
    {
      await using host = await createHost({ kinds: [smallKind(spec)], log });
      await host.actor("small/r0" as never).stop();
    }
    const kinds = [smallKind([], { version: "2" })];
    expect(await upgradeCheck(log, { kinds })).toMatchObject({ actors: 0, gone: [] });
    expect(await upgradeCheck(log, { kinds, all: true })).toMatchObject({ gone: [{ times: 1 }] });
  });
});
