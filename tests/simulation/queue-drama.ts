/**
 * Histories of a queue, its jobs and its workers, and what they promise on top of the laws:
 *
 * 1. What the queue did with what it was told, at the times that stand in its records, is what its
 *    model does.
 * 2. Each job was told only what it could take, and stands where its queue says.
 * 3. In the end nothing is left but failed jobs: none is lost, whoever died.
 */
import { QueueSettings } from "../../src/events/queue/queue.ts";
import type { Dice } from "../../src/testing/dice.ts";
import { sharedOutside } from "../../src/testing/outside.ts";
import type { Act } from "../../src/testing/plan.ts";
import type { Drama } from "../../src/testing/simulation.ts";
import { checkQueue, QUEUE } from "./queue-judge.ts";
import { queueCast, type HandInput } from "./queue-kinds.ts";

const WAITS = [0, 0, 1, 20, 150, 400, 1_200];
const RATES = [null, null, { jobs: 5 }, { jobs: 20, burst: 2 }];

/** As an act holds it. */
type Plain = { readonly [key: string]: Plain } | string | number;

/** With what is left out: so it stands in the log. */
function settled(settings: object): Plain {
  return QueueSettings.parse(settings) as unknown as Plain; // JSON
}

function settingsOf(dice: Dice): Plain {
  const rate = dice.of(RATES);
  return settled({
    leaseMs: 1_000,
    maxLapses: dice.below(4),
    ...(rate && { rate }),
    ...(dice.percent(20) && { concurrency: 1 + dice.below(2) }),
  });
}

function handOf(dice: Dice, name: string): HandInput {
  const from = dice.below(10);
  return {
    name,
    slots: 1 + dice.below(3),
    handlers: dice.percent(20) ? ["a"] : null,
    workMs: Array.from({ length: 3 }, () => dice.of([0, 10, 200, 700, 2_000])),
    fates: Array.from({ length: 5 }, () =>
      dice.of(["completed", "completed", "failed", "retry", "twice", "never"] as const),
    ),
    silent: [from, from + dice.of([0, 0, 3, 6])],
    patience: 10,
  };
}

function orderOf(dice: Dice): Plain {
  return {
    name: dice.of(["a", "a", "b"]),
    ...(dice.percent(50) && { priority: dice.of(["LOW", "HIGH", "URGENT"] as const) }),
    ...(dice.percent(25) && { key: dice.of(["k", "l"]) }),
  };
}

type Send = Extract<Act, { readonly send: unknown }>["send"];

function commandOf(dice: Dice): Send {
  const job = String(1 + dice.below(6));
  const orders = Array.from({ length: 1 + dice.below(3) }, () => orderOf(dice));
  const chance = dice.below(100);
  if (chance < 50) return { type: "ADD", jobs: orders };
  if (chance < 62) return { type: "CANCEL", job };
  if (chance < 70) return { type: "RETRY", job };
  if (chance < 76) return { type: "PAUSE" };
  if (chance < 84) return { type: "RESUME" };
  if (chance < 90) return { type: "CONFIGURE", settings: settingsOf(dice) };
  const id = dice.of(["s", "t"]);
  if (chance < 93) return { type: "UNSCHEDULE", id };
  const when = dice.of([{ everyMs: 700 }, { everyMs: 500, from: 200 }]);
  return { type: "SCHEDULE", id, when, job: orderOf(dice) };
}

/** Ends with a hand that does all that is left. */
function queueStory(dice: Dice): readonly Act[] {
  const acts: Act[] = [{ waitMs: 0, to: QUEUE, start: { name: "mail", settings: settingsOf(dice) } }];
  for (const name of ["A", "B"])
    acts.push({
      waitMs: dice.of(WAITS),
      patient: true,
      to: `hand/${name}`,
      start: { ...handOf(dice, name) } as never,
    });
  const length = 5 + dice.below(8);
  for (let n = 0; n < length; n++)
    acts.push({ waitMs: dice.of(WAITS), id: `c${n}`, to: QUEUE, send: commandOf(dice) });
  const last: readonly Send[] = [
    { type: "UNSCHEDULE", id: "s" },
    { type: "UNSCHEDULE", id: "t" },
    { type: "CONFIGURE", settings: settled({ leaseMs: 1_000 }) },
    { type: "RESUME" },
  ];
  for (const [n, send] of last.entries())
    acts.push({ waitMs: 10, patient: true, id: `l${n}`, to: QUEUE, send });
  const able: HandInput = {
    name: "Z",
    slots: 50,
    handlers: null,
    workMs: [10],
    fates: ["completed"],
    silent: [0, 0],
    patience: 12,
  };
  acts.push({ waitMs: 10, patient: true, to: "hand/Z", start: { ...able } as never });
  return acts;
}

export function queueDrama(): Drama {
  const laws = { actionName: () => undefined, own: checkQueue };
  return { kinds: queueCast, outside: sharedOutside(), story: queueStory, laws };
}
