/**
 * A pool that starts hands which are nobody's children, tells them by their address and hears
 * them back by its own; all of them ask for the time.
 *
 *     pool ── startActor, sendToActor ──▶ hand: resting ─(after)→ rested ─ QUIT → gone
 *       ◀───────── sendToActor ───────────┘
 */
import { isDeepStrictEqual } from "node:util";
import { enqueueActions, setup } from "xstate";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import { now } from "../../src/events/now.ts";
import { sendToActor, startActor } from "../../src/machines/host-actions.ts";
import type { Dice } from "../../src/testing/dice.ts";
import type { Evidence } from "../../src/testing/evidence.ts";
import { sharedOutside } from "../../src/testing/outside.ts";
import type { Act } from "../../src/testing/plan.ts";
import type { Replay } from "../../src/testing/replayed.ts";
import type { Drama } from "../../src/testing/simulation.ts";

const Hire = z.strictObject({
  type: z.literal("HIRE"),
  id: z.string(),
  jobs: z.array(z.string()),
  restMs: z.int(),
});
const HandEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("JOB"), job: z.string() }),
  z.strictObject({ type: z.literal("QUIT") }),
]);
interface Heard {
  readonly type: "HEARD";
  readonly word: string;
}
type Words = Readonly<Record<string, number>>;

const pool = setup({
  types: {
    context: {} as { readonly words: Words; readonly times: readonly number[] },
    events: {} as z.infer<typeof Hire> | Heard,
  },
  actions: { startActor, sendToActor },
}).createMachine({
  context: () => ({ words: {}, times: [now()] }),
  on: {
    HIRE: {
      actions: enqueueActions(({ enqueue, context, event: { id, jobs, restMs }, self }) => {
        const to = self.sessionId;
        enqueue({ type: "startActor", params: { kind: "hand", id, input: { pool: to, restMs } } });
        const hand = `${to.replace("pool/", "hand/")}:${id}`;
        for (const job of jobs)
          enqueue({ type: "sendToActor", params: { to: hand, event: { type: "JOB", job } } });
        enqueue.assign({ times: [...context.times, now()] });
      }),
    },
    HEARD: {
      actions: enqueueActions(({ enqueue, context: { words, times }, event: { word } }) => {
        enqueue.assign({
          words: { ...words, [word]: (words[word] ?? 0) + 1 },
          times: [...times, now()],
        });
      }),
    },
  },
});

const hand = setup({
  types: {
    input: {} as { readonly pool: string; readonly restMs: number },
    context: {} as { readonly pool: string; readonly restMs: number; readonly times: number[] },
    events: {} as z.infer<typeof HandEvent>,
  },
  actions: { sendToActor },
  delays: { rest: ({ context }) => context.restMs },
}).createMachine({
  context: ({ input }) => ({ ...input, times: [now()] }),
  initial: "resting",
  on: {
    JOB: {
      actions: enqueueActions(({ enqueue, context, event: { job } }) => {
        enqueue.assign({ times: [...context.times, now()] });
        const event = { type: "HEARD", word: job };
        enqueue({ type: "sendToActor", params: { to: context.pool, event } });
      }),
    },
    QUIT: ".gone",
  },
  states: {
    resting: { after: { rest: "rested" } },
    rested: {
      entry: enqueueActions(({ enqueue, context, self }) => {
        enqueue.assign({ times: [...context.times, now()] });
        const event = { type: "HEARD", word: `${self.sessionId} has rested` };
        enqueue({ type: "sendToActor", params: { to: context.pool, event } });
      }),
    },
    gone: { type: "final" },
  },
});

/** The pool's words are those that the hands' inputs made them say, and every time is its record's. */
function checkPool({ actors, fault }: Evidence): void {
  const said: Record<string, number> = {};
  for (const [address, { steps, context }] of actors) {
    if (address.startsWith("hand/"))
      for (const step of steps) {
        const word = wordOf(address, step);
        if (word !== undefined) said[word] = (said[word] ?? 0) + 1;
      }
    const ats = steps.filter(isNoted).map(({ at }) => at);
    if (!isDeepStrictEqual(context["times"], ats))
      fault(`${address} has the times ${String(context["times"])}, its records ${ats.join()}`);
  }
  const heard: unknown = actors.get("pool/r")?.context["words"] ?? {};
  if (!isDeepStrictEqual(heard, said))
    fault(`the pool heard ${JSON.stringify(heard)}, and was told ${JSON.stringify(said)}`);
}

function wordOf(address: string, { body: { event, handled, timer } }: Replay): string | undefined {
  const job = event?.type === "JOB" && handled !== false ? event["job"] : undefined;
  if (typeof job === "string") return job;
  return timer === undefined ? undefined : `${address} has rested`;
}

/** Whether a step of these machines has noted the time. */
function isNoted({ body: { born, event, timer, handled } }: Replay): boolean {
  if (born !== undefined || timer !== undefined) return true;
  return ["HIRE", "HEARD", "JOB"].includes(event?.type ?? "") && handled !== false;
}

const WAITS = [0, 0, 0, 1, 5, 20, 50];

function detachedStory(dice: Dice): readonly Act[] {
  const to = "pool/r";
  const acts: Act[] = [{ waitMs: 0, to, start: {} }];
  const length = 3 + dice.below(4);
  for (let n = 0; n < length; n++) {
    const waitMs = dice.of(WAITS);
    const id = `h${dice.below(3)}`;
    const own = { waitMs, id: `c${n}`, to: `hand/r:${id}` };
    const jobs = Array.from({ length: dice.below(4) }, (_, k) => `job-${n}-${k}`);
    const what = dice.below(100);
    if (what < 10) acts.push({ ...own, send: { type: "QUIT" } });
    else if (what < 20) acts.push({ ...own, send: { type: "JOB", job: `own-${n}` } });
    else if (what < 25) acts.push({ ...own, stop: true });
    else {
      const send = { type: "HIRE", id, jobs, restMs: dice.below(80) };
      acts.push({ waitMs, id: `c${n}`, to, send });
    }
  }
  return acts;
}

export const detachedKinds = [
  defineKind({ kind: "pool", version: "1", machine: pool, events: Hire }),
  defineKind({ kind: "hand", version: "1", machine: hand, events: HandEvent }),
] as const;

export function detachedDrama(): Drama {
  const laws = { actionName: () => undefined, own: checkPool };
  return { kinds: detachedKinds, outside: sharedOutside(), story: detachedStory, laws };
}
