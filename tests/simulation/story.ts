/**
 * What the user of the simulated drills asks for: desks that hand out jobs, and everything that
 * can happen to them, much of it at once.
 */
import type { Dice } from "../../src/testing/dice.ts";
import type { Act } from "../../src/testing/plan.ts";
import type { DeskCommand, Fate } from "../support/drill-history.ts";

/** Waits between two acts, ms: most come at once, some when all has come to rest. */
const WAITS = [0, 0, 0, 0, 1, 5, 20, 50, 200];

export function drillStory(dice: Dice): readonly Act[] {
  const roots = dice.percent(15) ? ["r0", "r1"] : ["r0"];
  const acts: Act[] = roots.map((root) => ({ waitMs: 0, to: `desk/${root}`, start: {} }));
  const jobs = new Map<string, number>();
  const length = dice.below(3);
  for (let n = 0; n < length; n++) {
    const act = actOf(dice, dice.of(roots), jobs, n);
    acts.push(act, ...cancelled(dice, act));
  }
  acts.push(...lastActs(dice, dice.of(roots), jobs, length));
  return acts;
}

/** Half of what is asked for later is taken back, in time or too late. */
function cancelled(dice: Dice, act: Act): readonly Act[] {
  if (!("send" in act) || act.send.type !== "LATER" || dice.percent(50)) return [];
  const send = { type: "CANCEL", n: act.send["n"] ?? 0 };
  return [{ waitMs: dice.of([0, 5, 30]), id: `${act.id}-not`, to: act.to, send }];
}

/** So that even a history whose first acts came too early for their desk has something to tell. */
// oxlint-disable-next-line max-params -- the four things that make an act
function lastActs(dice: Dice, root: string, jobs: Map<string, number>, n: number): readonly Act[] {
  const to = `desk/${root}`;
  const job = jobOf(dice, jobs.get(root) ?? 0);
  return [
    { waitMs: 30, patient: true, id: `c${n}`, to, send: { ...job } },
    { waitMs: 0, id: `c${n + 1}`, to, send: { type: "TEMP", n: n + 1, ms: 20 + dice.below(60) } },
    { waitMs: dice.of(WAITS), id: `c${n + 2}`, to, send: { type: "TELL", n: n + 2 } },
  ];
}

// oxlint-disable-next-line max-params -- the four things that make an act
function actOf(dice: Dice, root: string, jobs: Map<string, number>, n: number): Act {
  const waitMs = dice.of(WAITS);
  const id = `c${n}`;
  const had = jobs.get(root) ?? 0;
  const what = dice.below(100);
  const worker = `worker/${root}:w${dice.below(Math.max(had, 1))}`;
  if (had > 0 && what < 10) return { waitMs, id, to: worker, send: { type: "PING", k: n } };
  if (had > 0 && what < 20)
    return { waitMs, id, to: worker, send: { type: dice.of(["HURRY", "AGAIN"]) } };
  if (what < 24) return { waitMs, to: dice.of([worker, `desk/${root}`]), look: true };
  if (had > 0 && what < 27) return { waitMs, id, to: worker, stop: true };
  const send = deskCommand(dice, had, n);
  if (send.type === "JOB") jobs.set(root, had + 1);
  return { waitMs, id, to: `desk/${root}`, send: { ...send } };
}

function deskCommand(dice: Dice, had: number, n: number): DeskCommand {
  const what = dice.below(100);
  if (had === 0 || what < 22) return jobOf(dice, had);
  if (what < 30) return { type: "TELL", n };
  if (what < 52) return { type: "LATER", n, delayMs: 1 + dice.below(120) };
  if (what < 58) return { type: "DROP", n: dice.below(had) };
  if (what < 75) return { type: "TEMP", n, ms: 1 + dice.below(100) };
  if (what < 88) return { type: "BALL", n, left: 1 + dice.below(3) };
  return { type: "RING", n };
}

function jobOf(dice: Dice, n: number): DeskCommand {
  const fates = Array.from({ length: dice.below(3) }, () =>
    dice.of<Fate>(["works", "fails", "fails", "hangs"]),
  );
  return {
    type: "JOB",
    n,
    restMs: dice.below(60),
    workMs: dice.below(40),
    coolMs: 1 + dice.below(30),
    fates: [...fates, dice.percent(25) ? "fails" : "works"],
  };
}
