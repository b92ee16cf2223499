/** Properties: whatever comes in whatever order, with a crash at any point, live equals replay and all counts once. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { load } from "../../src/actors/load.ts";
import { readingStepper } from "../../src/actors/client.ts";
import { kindsByName } from "../../src/actors/kind.ts";
import { stubborn } from "../support/laws-crash.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { bossKind, timedKind, upTo, workKind, type Run } from "../support/laws-kinds.ts";

interface Stage {
  readonly user: { kill(): Promise<void> };
  readonly runs: readonly Run[];
  readonly send: (address: "boss/b" | "work/w" | "timed/t", event: object) => Promise<unknown>;
}

/** What may happen that needs no number. */
const PLAIN = {
  hire: ({ send }: Stage) => send("boss/b", { type: "HIRE" }),
  fire: ({ send }: Stage) => send("boss/b", { type: "FIRE" }),
  ask: ({ send }: Stage) => send("boss/b", { type: "ASK" }),
  go: ({ send }: Stage) => send("work/w", { type: "GO" }),
  cancel: ({ send }: Stage) => send("work/w", { type: "CANCEL" }),
  leave: ({ send }: Stage) => send("timed/t", { type: "LEAVE" }),
  back: ({ send }: Stage) => send("timed/t", { type: "BACK" }),
  succeed: async ({ runs }: Stage) => runs.at(-1)?.succeed("ok"),
  fail: async ({ runs }: Stage) => runs.at(-1)?.fail(new Error("no")),
  kill: ({ user }: Stage) => user.kill(),
};
type Act = keyof typeof PLAIN | { readonly tell: number } | { readonly pass: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ tell: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ pass: fc.constantFrom(0, 100, 30_000, 60_000) }),
  fc.constantFrom(...(Object.keys(PLAIN) as (keyof typeof PLAIN)[])),
);
/** After how many passages of any crash point the host dies, again and again. */
const crashes = fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 4 });

/** Histories that once failed. The first: a crash point inside a call of the clock. */
const FOUND: { acts: Act[]; crashes: number[] }[] = [
  {
    acts: [
      { pass: 100 },
      "go",
      "hire",
      { pass: 30_000 },
      { tell: 2 },
      "fail",
      { pass: 60_000 },
      { tell: 1 },
    ],
    crashes: [24],
  },
];

describe.each(EVERY_ENGINE)("histories, on $name", ({ name, bench }) => {
  test.prop(
    { acts: fc.array(act, { minLength: 5, maxLength: 25 }), crashes },
    { numRuns: name === "memory" ? 60 : 10, examples: FOUND },
  )(
    "A2, A3, A8, A9: for every history of commands, time and crashes, live is replay and all counts once",
    async ({ acts, crashes: planned }) => {
      await using b = await bench();
      const plan = [...planned];
      let left = plan.shift();
      const at = (): void => {
        if (left === undefined || left-- > 0) return;
        left = plan.shift();
        throw new Error("crash");
      };
      const runs: Run[] = [];
      const retry = { maxAttempts: 3, delayMs: 100, factor: 1 };
      const kinds = [bossKind(), workKind(runs, { retry }), timedKind] as const;
      const every = { snapshotEvery: 3, checkpointEvery: 2 + (acts.length % 5) };
      const user = stubborn(b, kinds, { at, ...every, idleMs: 20_000 });
      await user.ask((host) => host.start("boss/b"));
      await user.ask((host) => host.start("work/w"));
      await user.ask((host) => host.start("timed/t"));
      let told = 0;
      const taken = async (command: Promise<unknown>): Promise<boolean> =>
        command.then(
          () => true,
          (error: unknown) => {
            if ((error as { code?: unknown }).code === "EVENT_REFUSED") return false;
            throw error;
          },
        );
      const send = (address: "boss/b" | "work/w" | "timed/t", event: object, id: string) =>
        taken(user.ask((host) => host.actor(address).send(event as never, { id })));
      const perform = async (one: Act, id: string): Promise<void> => {
        if (typeof one === "string") await PLAIN[one]({ user, runs, send: (...to) => send(...to, id) });
        else if ("pass" in one) await user.pass(one.pass);
        else if (await send("boss/b", { type: "TELL", count: one.tell }, id)) told += one.tell;
        await user.settle();
      };
      for (const [index, one] of acts.entries()) await perform(one, `c${index}`);
      await user.pass(1000);

      const { context } = await user.ask((host) => host.actor("boss/b").snapshot());
      expect(context.told).toBe(told);
      expect(context.heard).toEqual([...new Set(context.heard)]);
      expect(context.heard.every((n) => upTo(told).includes(n))).toBe(true);
      expect(await user.ask((host) => host.parked())).toEqual([]);

      const byName = kindsByName(kinds);
      const env = { log: await b.open(), kinds: byName, stepper: readingStepper(byName) };
      const addresses = new Set<string>();
      const causes = new Set<string>();
      for await (const { stream, cause } of env.log.scan()) {
        addresses.add(stream);
        if (cause === undefined || cause.includes("@")) continue;
        if (cause.startsWith("cmd:") || cause.includes("/", cause.indexOf("#"))) {
          expect(causes.has(`${stream} ${cause}`)).toBe(false);
          causes.add(`${stream} ${cause}`);
        }
      }
      for (const address of addresses) {
        const live = await user.ask((host) => host.actor(address as "boss/b").snapshot());
        const replayed = await load(env, address, { snapshots: false });
        if (replayed === undefined) throw new Error(`no ${address}`);
        const state = { ...replayed.state, snapshot: live };
        expect(env.stepper.hash(state as typeof replayed.state, [])).toBe(
          env.stepper.hash(replayed.state, []),
        );
      }
      await env.log[Symbol.asyncDispose]();
    },
    60_000,
  );
});
