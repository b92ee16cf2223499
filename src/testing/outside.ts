/**
 * The world outside a simulation's machines: what their actions and activities touch. It notes
 * what is done to it and what the log held then, and answers as its caller planned.
 *
 * One object serves every history, so that a simulation makes its machines once.
 */
import type { ActivityContext } from "../actors/activity.ts";
import type { Look, Noted } from "./trace.ts";
import type { Turns } from "./turns.ts";

/** What one attempt at an activity comes to. `hangs`: it ends only by its signal. */
export type Fate = "works" | "fails" | "hangs";

/** The result of work says which attempt it is of. */
export interface Done {
  readonly epoch: number;
  readonly attempt: number;
}

export interface Work {
  readonly workMs: number;
  /** Of each attempt; the last holds for all further ones. */
  readonly fates: readonly Fate[];
}

/** What machines may use of it. */
export interface Outside {
  /** A custom action has run. @param action starts with the actor's address and a space. */
  act(action: string): void;
  /** Work that takes time, for an activity. */
  work(context: ActivityContext, work: Work): Promise<Done>;
  /** Calls back later, for callbacks; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** One history's part of it. */
export interface World {
  /** Of the plan. */
  readonly seed: number;
  readonly turns: Turns;
  readonly tip: (stream: string) => number;
  /** What a host's clock shows now, epoch ms. */
  readonly now: () => number;
  readonly note: (noted: Noted) => void;
  /** Something that the host showed by itself. */
  readonly show: (look: Look) => void;
}

/** What a history enters, and leaves to the next. */
export interface Enterable {
  /** The history that runs from now on. */
  enter(world: World): void;
  /** Keys of activities that run and will never end by themselves. Default: there are none. */
  silent?(): ReadonlySet<string>;
  /** How much an actor has really open, where that is known; else its last record says it. */
  open?(address: string): number | undefined;
}

export interface SharedOutside extends Outside, Enterable {}

export function sharedOutside(): SharedOutside {
  let world: World | undefined;
  const here = (): World => {
    if (world === undefined) throw new Error("no history runs");
    return world;
  };
  return {
    enter: (next) => void (world = next),
    act(action) {
      const { turns, note, tip } = here();
      const address = action.slice(0, action.indexOf(" "));
      note({ life: turns.life, what: "acted", action, tip: tip(address) });
    },
    after: (ms, call) => here().turns.after(here().turns.life, ms, call),
    work: (context, work) => workIn(here(), context, work),
  };
}

async function workIn(world: World, context: ActivityContext, work: Work): Promise<Done> {
  const { signal, idempotencyKey: key, fence } = context;
  const { turns, tip } = world;
  const { life } = turns;
  const { workMs, fates } = work;
  const note = (what: "begun" | "over" | "failed" | "aborted"): void =>
    world.note({
      life,
      what,
      run: { key, ...fence },
      tip: tip(key.slice(0, key.indexOf("#"))),
      at: world.now(),
    });
  const fate = fates[Math.min(fence.attempt, fates.length) - 1] ?? "works";
  note("begun");
  try {
    await sleep(world, workMs / 2, signal);
    context.heartbeat();
    await sleep(world, fate === "hangs" ? 3_600_000 : workMs / 2, signal);
  } catch (error) {
    note("aborted");
    throw error;
  }
  note(fate === "fails" ? "failed" : "over");
  if (fate === "fails") throw new Error(`planned for attempt ${fence.attempt}`);
  return fence;
}

function sleep({ turns }: World, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = turns.after(turns.life, ms, resolve);
  const abort = (): void => {
    cancel();
    reject(signal.reason);
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return promise;
}
