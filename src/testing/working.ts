/**
 * Activities of a subject while they run: what is noted of each, and what it says, in some later
 * turn of the life that it runs in.
 */
import type { StandInAttempt } from "../actors/stand-ins.ts";
import type { Json } from "../events/json.ts";
import type { World } from "./outside.ts";
import type { Answer } from "./subject.ts";
import { OUTSIDE, type Turns } from "./turns.ts";

export interface Planned {
  readonly answer: Answer;
  readonly ms: number;
  /** Whether it answers although it was left. */
  readonly isLate: boolean;
}

/** What XState, or the activity's context, gives a promise. */
interface Its {
  readonly signal: AbortSignal;
  readonly heartbeat: () => void;
}

export interface Hearer {
  readonly next: (value: unknown) => void;
  /** Of an observable. */
  readonly error?: (error: unknown) => void;
  readonly complete?: () => void;
}

export interface Working {
  /** Keys of those that run and will never end by themselves. */
  silent(): ReadonlySet<string>;
  /** How many answers came although nobody waited any more. */
  readonly late: number;
  /** A promise. */
  run(attempt: StandInAttempt, planned: Planned, its: Its): Promise<unknown>;
  /** A callback or an observable: it says its output, and a callback lives on. @returns what leaves it. */
  speak(attempt: StandInAttempt, planned: Planned, hearer: Hearer): () => void;
}

/** What is under way in one history. */
interface Room {
  readonly world: World;
  /** In which life each that is silent runs, by key. */
  readonly silent: Map<string, number>;
  late: number;
}

export function working(world: World): Working {
  const room: Room = { world, silent: new Map(), late: 0 };
  return {
    silent: () =>
      new Set([...room.silent].flatMap(([key, life]) => (world.turns.lives(life) ? [key] : []))),
    get late() {
      return room.late;
    },
    run: (attempt, planned, its) => run(room, attempt, planned, its),
    speak: (attempt, planned, hearer) => speak(room, attempt, planned, hearer),
  };
}

// oxlint-disable-next-line max-params -- where, what, how, and what XState gives it
function run(
  room: Room,
  attempt: StandInAttempt,
  { answer, ms, isLate }: Planned,
  { signal, heartbeat }: Its,
): Promise<unknown> {
  const { turns } = room.world;
  const { life } = turns;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const say = sayer(room.world, attempt);
  let phase: "running" | "left" | "over" = "running";
  say("begun");
  const end = (): void => {
    if (phase === "left") room.late++;
    const isHeard = phase === "running";
    phase = "over";
    try {
      const output = outputOf(answer);
      const encoded = output === undefined ? null : attempt.encode(output);
      if (isHeard) say("over", encoded);
      resolve(output);
    } catch (error) {
      if (isHeard) say("failed");
      reject(error);
    }
  };
  const isSilent = answer === "hangs";
  const cancel = isSilent ? hush(room, attempt, life) : later(turns, { life, ms }, end);
  const unbeat = isSilent ? () => {} : later(turns, { life, ms: ms / 2 }, heartbeat);
  const leave = (): void => {
    if (phase !== "running") return;
    phase = "left";
    say("aborted");
    unbeat();
    if (isLate && !isSilent) return;
    cancel();
    reject(signal.reason);
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return promise;
}

// oxlint-disable-next-line max-params -- where, what, how, and to whom
function speak(
  room: Room,
  attempt: StandInAttempt,
  { answer, ms, isLate }: Planned,
  hearer: Hearer,
): () => void {
  const { turns } = room.world;
  const { life } = turns;
  if (answer === "hangs") return hush(room, attempt, life);
  let isLeft = false;
  let unhush = (): void => {};
  const cancel = later(turns, { life, ms }, () => {
    if (isLeft) room.late++;
    else if (hearer.complete === undefined) unhush = hush(room, attempt, life);
    try {
      hearer.next(outputOf(answer));
      hearer.complete?.();
    } catch (error) {
      hearer.error?.(error);
    }
  });
  return () => {
    isLeft = true;
    unhush();
    if (!isLate) cancel();
  };
}

/** Notes what becomes of an attempt. */
function sayer(
  { turns, note, tip, now }: World,
  { idempotencyKey: key, fence, owner }: StandInAttempt,
): (what: "begun" | "over" | "failed" | "aborted", output?: Json) => void {
  const { life } = turns;
  return (what, output) =>
    note({
      life,
      what,
      run: { key, ...fence },
      tip: tip(owner),
      at: now(),
      ...(output !== undefined && { output }),
    });
}

/** In some turn of this life, once so much time has passed; never where it is over by then. @returns what cancels it. */
function later(
  turns: Turns,
  { life, ms }: { readonly life: number; readonly ms: number },
  call: () => void,
): () => void {
  let isOff = false;
  const cancel = turns.after(OUTSIDE, ms, () => turns.add(life, () => (isOff ? undefined : call())));
  return () => {
    isOff = true;
    cancel();
  };
}

/** It says nothing any more, unless a deadline ends it. @returns what ends the silence. */
function hush(
  { silent }: Room,
  { idempotencyKey: key, settings: { timeoutMs, heartbeatMs } }: StandInAttempt,
  life: number,
): () => void {
  if (timeoutMs === undefined && heartbeatMs === undefined) silent.set(key, life);
  return () => {
    if (silent.get(key) === life) silent.delete(key);
  };
}

function outputOf(answer: Answer): unknown {
  if (answer === "hangs") return undefined; // nobody asks
  if ("error" in answer) throw answer.error;
  return answer.output;
}
