/**
 * Everything that a step asked of another actor or of time has happened once, and nothing has
 * happened that no step asked for.
 *
 * - A8. A send stands once with its receiver, in the order of the sender's steps.
 * - A7. A timer fires once, when due or later, unless its state was left or it was replaced.
 * - A11. A child that was started has a birth; one that was stopped has ended.
 */
import { isResident } from "../actors/fold.ts";
import type { ChildStart } from "../actors/xstate/contract.ts";
import type { Evidence } from "./evidence.ts";
import type { Replay, Replayed } from "./replayed.ts";

/** More than one step asks for. */
const MOST_EFFECTS = 1e6;

export function checkEffects({ actors, left, fault }: Evidence): void {
  const arrived = arrivals(actors, fault);
  const asked = new Set<string>();
  for (const actor of actors.values()) {
    for (const step of actor.steps) for (const id of checkStep(actor, step)) asked.add(id);
    checkTimers(actor, fault);
  }
  for (const [cause, place] of arrived)
    if (!asked.has(cause.replace(/\/[0-9]+$/, "")))
      fault(`${place} has the cause ${cause}: nobody asked for it`);

  function checkStep({ address }: Replayed, { effects }: Replay): string[] {
    return effects.map(({ id, effect }) => {
      const cause = `${address}#${id}`;
      if (effect.type === "send" && actors.has(effect.to) && !arrived.has(cause))
        checkEnded(effect.to, `the send ${cause}`);
      if (effect.type === "start" && !isResident(effect.child)) checkStart(effect.child, cause);
      if (effect.type === "stop" && !arrived.has(cause) && actors.has(effect.child))
        checkEnded(effect.child, `the stop ${cause}`);
      return cause;
    });
  }

  /** Who is nobody's child may have been there before. */
  function checkStart({ address, detached }: ChildStart, cause: string): void {
    const [birth] = actors.get(address)?.steps ?? [];
    const isDue = birth !== undefined || left !== "anything";
    if (isDue && !isOf(birth, cause, detached)) fault(`the start ${cause} of ${address} has no birth`);
    if (detached === true && birth?.body.born?.parent !== undefined)
      fault(`${address} was started as nobody's child, but is one of ${birth.body.born.parent}`);
  }

  /** Only who has ended takes nothing any more. */
  function checkEnded(address: string, what: string): void {
    const status = actors.get(address)?.steps.at(-1)?.body.status;
    if (left === "anything") return;
    if (status === "active") fault(`${what} never arrived at ${address}`);
  }
}

function isOf(birth: Replay | undefined, cause: string, detached: true | undefined): boolean {
  return birth !== undefined && (detached === true || birth.cause === cause);
}

/** Where each effect arrived; says where one arrived twice, or overtook another. */
function arrivals(actors: Evidence["actors"], fault: Evidence["fault"]): ReadonlyMap<string, string> {
  const arrived = new Map<string, string>();
  for (const { address, steps } of actors.values()) {
    const marks = new Map<string, number>();
    const residents = residentsOf(steps);
    for (const { seq, cause, body } of steps) {
      if (cause === undefined || cause.startsWith("cmd:") || isOwn(body, residents)) continue;
      const place = `${address} ${seq}`;
      if (arrived.has(cause)) fault(`${cause} arrived at ${arrived.get(cause)} and at ${place}`);
      arrived.set(cause, place);
      checkOrder(cause, place, marks);
    }
  }
  return arrived;

  function checkOrder(cause: string, place: string, marks: Map<string, number>): void {
    const [, sender = "", step, index] = /^(.*)#(\d+)\.(\d+)$/.exec(cause) ?? [];
    if (step === undefined) return;
    const mark = Number(step) * MOST_EFFECTS + Number(index);
    if (mark <= (marks.get(sender) ?? 0)) fault(`${cause} arrived at ${place} behind a later one`);
    marks.set(sender, mark);
  }
}

/** The promises, callbacks and observables that an actor ever started. */
export function residentsOf(steps: readonly Replay[]): ReadonlySet<string> {
  const started = new Set<string>();
  for (const { effects } of steps)
    for (const { effect } of effects)
      if (effect.type === "start" && isResident(effect.child)) started.add(effect.child.address);
  return started;
}

/** What the actor's own residents and timers say, which may be more than one word per effect. */
function isOwn({ timer, from }: Replay["body"], residents: ReadonlySet<string>): boolean {
  return timer !== undefined || (from !== undefined && residents.has(from));
}

function checkTimers({ address, steps }: Replayed, fault: Evidence["fault"]): void {
  const dues = new Map<string, number>();
  const fired = new Set<string>();
  for (const [index, { seq, at, body, effects }] of steps.entries()) {
    if (body.timer !== undefined) checkFired(body.timer, at, steps[index - 1]?.timers ?? []);
    for (const [place, due] of Object.entries(body.dues ?? {})) dues.set(`${seq}.${place}`, due);
    for (const { id, effect } of effects)
      if (effect.type === "timer" && dues.get(id) !== at + effect.delayMs)
        fault(`${address} ${seq}: ${id} is due at ${dues.get(id)}, asked for ${at + effect.delayMs}`);
  }

  function checkFired(timer: string, at: number, armed: readonly string[]): void {
    if (!armed.includes(timer)) fault(`${address}: timer ${timer} fires, but was not armed`);
    if (fired.has(timer)) fault(`${address}: timer ${timer} fires again`);
    if (at < (dues.get(timer) ?? Infinity)) fault(`${address}: timer ${timer} fires too early`);
    fired.add(timer);
  }
}
