/** L9 for whoever runs actors: an archived run answers so, and its id is used again only by saying so. */
import { setup, assign } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { connect } from "../../src/actors/client.ts";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { archiveRuns } from "../../src/events/log/archive.ts";
import { openLog } from "../../src/events/log/open.ts";
import { expectRejection } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const machine = setup({
  types: { context: {} as { n: number }, events: {} as { type: "ADD" } | { type: "END" } },
}).createMachine({
  context: { n: 0 },
  initial: "open",
  states: {
    open: { on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) }, END: "ended" } },
    ended: { type: "final" },
  },
});
const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ADD") }),
  z.strictObject({ type: z.literal("END") }),
]);
const counter = defineKind({ kind: "counter", version: "1", machine, events: Event });

describe.each([
  ["SQLite", (path: string) => `sqlite:${path}/log.db`],
  ["JetStream", () => sharedNats.logUrl(freshName())],
])("an archived run on %s", (_engine, urlIn) => {
  it("L9: answers RUN_ARCHIVED, to a host that still has it, too; a new incarnation begins anew", async () => {
    await using home = await folder();
    const url = urlIn(home.path);
    const kinds = [counter];
    await using host = await createHost({ kinds, log: url });
    const one = await host.start("counter/c1");
    await one.send({ type: "ADD" });
    await one.send({ type: "END" });
    const before = Date.now() + 60_000;
    await using log = await openLog(url);
    const { runs } = await archiveRuns(log, { before, folder: `${home.path}/archives` });
    expect(runs.map(({ root }) => root)).toEqual(["c1"]);
    await expectRejection(one.send({ type: "ADD" }), "RUN_ARCHIVED");
    const error = await expectRejection(host.start("counter/c1"), "RUN_ARCHIVED");
    expect(error.hint).toContain('"c1~2"');
    await using client = await connect({ kinds, log: url });
    await expectRejection(client.actor("counter/c1").snapshot(), "RUN_ARCHIVED");
    const again = await host.start("counter/c1~2");
    await again.send({ type: "ADD" });
    expect((await again.snapshot())?.context).toEqual({ n: 1 });
  });
});
