/** Hosts that share a log: any of them takes what is asked, and what one runs another can take over. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { enqueueActions, setup } from "xstate";
import { z } from "zod";
import { connect } from "../../src/actors/client.ts";
import { createHost, type Host } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { sendToActor } from "../../src/machines/host-actions.ts";
import { sharedLogs } from "../support/hosts-logs.ts";
import { counterKind } from "../support/laws-kinds.ts";

const PARTITIONS = 4;

const ENGINES = sharedLogs(PARTITIONS);

/** Passes what it gets to the counter that it names, which may live in any partition. */
function passerKind() {
  const machine = setup({
    types: {
      context: {} as { passed: number },
      events: {} as { type: "PASS"; to: string; by: number },
    },
    actions: { sendToActor },
  }).createMachine({
    context: { passed: 0 },
    on: {
      PASS: {
        actions: enqueueActions(({ enqueue, event, context }) => {
          enqueue.assign({ passed: context.passed + 1 });
          const told = { type: "ADD", by: event.by };
          enqueue({ type: "sendToActor", params: { to: `counter/${event.to}`, event: told } });
        }),
      },
    },
  });
  const events = z.strictObject({ type: z.literal("PASS"), to: z.string(), by: z.number() });
  return defineKind({ kind: "passer", version: "1", machine, events });
}

const kinds = [counterKind(), passerKind()] as const;
type Counting = Host<typeof kinds>;

const shares = (hosts: readonly Counting[]): number[] =>
  hosts.map((host) => host.placement().partitions.length);

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("it does not come to hold");
    await sleep(10);
  }
}

describe.each(ENGINES)("on %s", (_engine, storage) => {
  it("share the partitions, and give and take as they come and go", async () => {
    const open = storage();
    await using first = await createHost({ log: await open(), kinds });
    expect(first.placement().partitions).toEqual([0, 1, 2, 3]);
    await using second = await createHost({ log: await open(), kinds });
    await until(() => shares([first, second]).join() === "2,2");
    const all = [...first.placement().partitions, ...second.placement().partitions];
    expect(all.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    await second[Symbol.asyncDispose]();
    await until(() => first.placement().partitions.length === 4);
  });

  it("take what is asked of any of them, and of clients, wherever the actor lives", async () => {
    const open = storage();
    await using first = await createHost({ log: await open(), kinds });
    await using second = await createHost({ log: await open(), kinds });
    await until(() => shares([first, second]).join() === "2,2");
    await using log = await open();
    await using client = await connect({ log, kinds });
    for (const [i, face] of [first, second, client].entries()) {
      for (const root of "abcdef") {
        const counter = await face.start(`counter/${root}${i}`);
        await counter.send({ type: "ADD", by: i + 1 });
        expect((await counter.snapshot()).context.count).toBe(i + 1);
      }
    }
    const counted = await second.actor("counter/a0").snapshot();
    expect(counted.context.count).toBe(1);
    await expect(first.actor("counter/nobody").send({ type: "ADD", by: 1 })).rejects.toMatchObject({
      code: "ACTOR_NOT_FOUND",
    });
  });

  it("refuse no command while partitions change hands, and count each once", async () => {
    const open = storage();
    await using log = await open();
    await using steady = await createHost({ log: await open(), kinds });
    await using client = await connect({ log, kinds });
    const roots = Array.from("abcdefgh");
    for (const root of roots) await client.start(`counter/${root}`);
    let over = false;
    const sent = new Map<string, number>();
    const load = roots.map(async (root) => {
      while (!over) {
        await client.actor(`counter/${root}`).send({ type: "ADD", by: 1 });
        sent.set(root, (sent.get(root) ?? 0) + 1);
        await sleep(2); // without it memory is so quick that a new host has ever more to read
      }
    });
    for (let i = 0; i < 3; i++) {
      await using other = await createHost({ log: await open(), kinds });
      await until(() => shares([steady, other]).join() === "2,2");
    }
    await until(() => steady.placement().partitions.length === 4);
    over = true;
    await Promise.all(load);
    for (const root of roots)
      expect((await client.read(`counter/${root}`)).context.count).toBe(sent.get(root));
  }, 30_000);

  it("A8, A11: what actors send to others arrives once and in order, wherever they live and move", async () => {
    const open = storage();
    await using steady = await createHost({ log: await open(), kinds });
    const roots = Array.from("abcdefgh");
    for (const root of roots) {
      await steady.start(`counter/${root}`);
      await steady.start(`passer/${root}`);
    }
    const pass = async (round: number): Promise<void> => {
      await Promise.all(
        roots.flatMap((from) =>
          roots.map((to) => steady.actor(`passer/${from}`).send({ type: "PASS", to, by: round })),
        ),
      );
    };
    await pass(1);
    {
      await using other = await createHost({ log: await open(), kinds });
      await Promise.all([pass(10), until(() => shares([steady, other]).join() === "2,2")]);
      await pass(100);
      await Promise.all([pass(1000), other[Symbol.asyncDispose]()]);
    }
    for (const root of roots)
      await steady
        .actor(`counter/${root}`)
        .waitFor(({ context }) => context.count >= 8 * 1111, { timeoutMs: 15_000 });
    for (const root of roots)
      expect((await steady.read(`counter/${root}`)).context.count).toBe(8 * 1111);
  }, 30_000);

  it("waits for an actor go on while it changes hands", async () => {
    const open = storage();
    await using steady = await createHost({ log: await open(), kinds });
    const roots = Array.from("abcdefgh");
    for (const root of roots) await steady.start(`counter/${root}`);
    const waits = roots.map((root) =>
      steady.actor(`counter/${root}`).waitFor(({ status }) => status === "done", { timeoutMs: 15_000 }),
    );
    await using other = await createHost({ log: await open(), kinds });
    await until(() => shares([steady, other]).join() === "2,2");
    for (const root of roots) await other.actor(`counter/${root}`).send({ type: "END" });
    expect((await Promise.all(waits)).map(({ status }) => status)).toEqual(roots.map(() => "done"));
  }, 30_000);
});
