/**
 * - A9. Every command that was acknowledged stands in the log once, in the record that each of
 *   its answers named; one that was only refused does not stand there.
 * - S1. Nothing from outside stands there that the user did not ask for, as the user said it.
 * - A1. A look shows a state that the log held then, and never one before what was acknowledged.
 */
import { isDeepStrictEqual } from "node:util";
import type { Stepper } from "../actors/xstate/contract.ts";
import type { Evidence } from "./evidence.ts";
import type { Replay, Replayed } from "./replayed.ts";
import type { Look } from "./trace.ts";
import type { Told } from "./user.ts";

/** What the border makes of what a user says. */
export type AsRead = (act: Told["act"]) => unknown;

/** @param asRead default: what the user says. */
export function checkAnswers(
  { actors, fault }: Evidence,
  { told }: { readonly told: readonly Told[] },
  asRead: AsRead = asSaid,
): void {
  const recorded = recordedCommands(actors, fault);
  for (const one of told) {
    const key = keyOf(one);
    checkTold({ ...one, key, found: recorded.get(key), actor: actors.get(one.act.to), asRead }, fault);
    recorded.delete(key);
  }
  for (const key of recorded.keys()) fault(`${key} stands in the log, but nobody asked for it`);
}

interface Judged extends Told {
  readonly key: string;
  readonly found: Replay | undefined;
  readonly actor: Replayed | undefined;
  readonly asRead: AsRead;
}

function checkTold(one: Judged, fault: Evidence["fault"]): void {
  const { key, act, answers, sent, found, actor } = one;
  const seqs = new Set(answers.flatMap((answer) => ("seq" in answer ? [answer.seq] : [])));
  const [seq] = seqs;
  if (found !== undefined && !isSame(one, found)) fault(`${key} stands there as something else`);
  if ("stop" in act) return checkStopped(actor, seq, fault); // it may have stopped before
  if (seqs.size > 1) fault(`${key} was acknowledged as ${[...seqs].join(" and as ")}`);
  const unknown = seq === undefined && sent > answers.length; // a host died before it answered
  if (seq !== found?.seq && !unknown)
    fault(`${key} was acknowledged as ${seq}, it stands at ${found?.seq}`);
}

function keyOf({ act }: Told): string {
  return "start" in act ? `the start of ${act.to}` : `cmd:${act.id} to ${act.to}`;
}

function recordedCommands(actors: Evidence["actors"], fault: Evidence["fault"]): Map<string, Replay> {
  const found = new Map<string, Replay>();
  for (const { address, steps } of actors.values())
    for (const step of steps) {
      const { seq, cause, body } = step;
      if ((body.born !== undefined) !== (seq === 1)) fault(`${address}: a birth at ${seq}`);
      const outside = cause === undefined ? body.born !== undefined : cause.startsWith("cmd:");
      if (!outside) continue;
      const key = cause === undefined ? `the start of ${address}` : `${cause} to ${address}`;
      if (found.has(key)) fault(`${key} stands at ${found.get(key)?.seq} and at ${seq}`);
      found.set(key, step);
    }
  return found;
}

function checkStopped(
  actor: Replayed | undefined,
  seq: number | undefined,
  fault: Evidence["fault"],
): void {
  if (seq !== undefined && actor?.steps.at(-1)?.body.status === "active")
    fault(`the stop of ${actor.address} was acknowledged, and it goes on`);
}

function isSame({ act, asRead }: Judged, { body }: Replay): boolean {
  if ("stop" in act) return body.event?.type === "troupe.stopped";
  return isDeepStrictEqual("start" in act ? body.born?.input : body.event, asRead(act));
}

function asSaid(act: Told["act"]): unknown {
  if ("start" in act) return act.start;
  return "send" in act ? act.send : undefined;
}

export function checkLooks(
  { actors, fault }: Evidence,
  looks: readonly Look[],
  stepper: Stepper,
): void {
  for (const { address, from, to, snapshot } of looks) {
    const steps = actors.get(address)?.steps ?? [];
    const shown = steps.some(({ seq, state }) => {
      if (seq < from || seq > to) return false;
      return stepper.hash(state, []) === stepper.hash({ ...state, snapshot }, []);
    });
    if (!shown) fault(`a look at ${address} shows no state that it had from record ${from} to ${to}`);
  }
}
