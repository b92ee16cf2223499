/**
 * The states of an actor that samples lead to, by `@xstate/graph`: its host's own decisions in place of
 * the machine's transitions, so that what is invoked ends, and timers fire, as they do under a host.
 *
 * 1. Two places with the same start are one state where their keys are the same: then only the
 *    first is looked into.
 * 2. A place is met once for each way of transitions into it, so each transition that is ever taken
 *    ends a shortest path.
 */
import { getShortestPaths } from "@xstate/graph";
import type { ActorLogic, Snapshot } from "xstate";
import { valueOf } from "../../actors/fold.ts";
import { contextOf } from "../../actors/xstate/context.ts";
import { openIn, type Move } from "../walk/move.ts";
import { offersOf, type Samples } from "../walk/offers.ts";
import { begin, move, type Moved, type Place } from "../walk/place.ts";
import type { Stage } from "../walk/stage.ts";
import type { Walk } from "../walk/walks.ts";

/** How places are told apart, beyond state value, what runs and which timers are armed. */
export type By = (context: unknown) => unknown;

export interface Search {
  readonly samples: Samples;
  readonly by: By;
  /** States that are looked into, at most. */
  readonly limit: number;
}

/** A place that was found, and the shortest walk to it. */
export interface Found {
  readonly walk: Walk;
  readonly moved: Moved;
}

/** A start or a move. */
type Step = { readonly input: unknown } | { readonly move: Move };
interface StepEvent {
  readonly type: string;
  readonly step: Step;
}
/** What the graph takes for a snapshot. */
type Node = Snapshot<undefined> & {
  readonly key: string;
  /** Which start led here: nothing of an input need show at first. */
  readonly start: number;
  readonly moved: Moved | undefined;
  readonly next: Map<string, Node>;
};
type Graph = ActorLogic<Node, StepEvent, undefined>;

export function search(stage: Stage, { samples, by, limit }: Search): readonly Found[] {
  let looked = 0;
  const root = nodeOf(undefined, 0, by);
  const eventsOf = (node: Node): StepEvent[] => {
    if (looked++ > limit) return [];
    const events: StepEvent[] = [];
    for (const step of stepsFrom(stage, node, samples)) {
      const moved = made(stage, node, step);
      if (moved === undefined) continue;
      const type = String(events.length);
      node.next.set(type, nodeOf(moved, node === root ? events.length : node.start, by));
      events.push({ type, step });
    }
    return events;
  };
  const logic: Pick<Graph, "transition" | "getInitialSnapshot" | "getPersistedSnapshot"> = {
    transition: (node, { type }) => node.next.get(type) ?? node,
    getInitialSnapshot: () => root,
    getPersistedSnapshot: (node) => node,
  };
  const paths = getShortestPaths(logic as Graph, {
    fromState: root,
    events: eventsOf,
    serializeState: ({ key }) => key,
    serializeEvent: ({ type }) => type,
  });
  return paths.flatMap(({ state, steps }) => {
    const walk = walkOf(steps.map(({ event }) => event));
    return state.moved === undefined || walk === undefined ? [] : [{ walk, moved: state.moved }];
  });
}

function* stepsFrom(stage: Stage, { moved }: Node, samples: Samples): Generator<Step, void, undefined> {
  if (moved === undefined) for (const input of samples.inputs) yield { input };
  else if (moved.place !== undefined && moved.outcome === "recorded")
    for (const one of offersOf(stage, moved.place, samples)) yield { move: one };
}

/** Undefined where nothing comes of it. */
function made(stage: Stage, { moved }: Node, step: Step): Moved | undefined {
  if ("input" in step) return begin(stage, step.input);
  if (moved?.place === undefined) return undefined;
  const after = move(stage, moved.place, step.move);
  return after.outcome === "recorded" || after.outcome === "failed" ? after : undefined;
}

function nodeOf(moved: Moved | undefined, start: number, by: By): Node {
  const base = { status: "active", output: undefined, error: undefined } as const;
  const place = moved?.outcome === "recorded" ? moved.place : undefined;
  const stands = place && [...keyOf(place), by(contextOf(place.fold.state.snapshot))];
  const key = JSON.stringify([start, moved?.outcome, moved?.taken, stands]);
  return { ...base, key, start, moved, next: new Map() };
}

/** Where an actor stands, whatever its context holds. */
function keyOf(place: Place): readonly unknown[] {
  const { state, timers } = place.fold;
  const running = openIn(place).map(({ src }) => src);
  return [state.snapshot.status, valueOf(state), running.sort(), [...timers.keys()].sort()];
}

/** The first event is the graph's own, the second the start. */
function walkOf([, start, ...rest]: readonly Partial<StepEvent>[]): Walk | undefined {
  if (start?.step === undefined || !("input" in start.step)) return undefined;
  const moves = rest.flatMap(({ step }) => (step !== undefined && "move" in step ? [step.move] : []));
  return { input: start.step.input, moves };
}
