/** Every transition of the task machine is taken, over a handful of tasks. */
import { getShortestPaths } from "@xstate/graph";
import { createActor, SimulatedClock } from "xstate";
import { describe, expect, it } from "vitest";
import { taskMachine } from "../../src/machines/task/task.ts";
import type { TaskEvent } from "../../src/machines/task/setup.ts";
import { taskInputOf } from "./fixture.ts";
import { GOOD } from "./work.ts";

const test = (exitCode: number) => ({ cmd: "t", exitCode, durationMs: 1, output: "" });
const done = (id: "work" | "judge" | "checks" | "advice", output: unknown) => ({
  type: `xstate.done.actor.${id}`,
  actorId: id,
  output,
});
const error = (id: "work" | "judge" | "checks" | "advice") => ({
  type: `xstate.error.actor.${id}`,
  actorId: id,
  error: new Error("no"),
});
const KINDS = ["after", "quality", "escalation", "fix"] as const;
const ASKED = { to: "coder", had: [], diagnostics: "d" };

/** What the runtime sends is not in the type. */
const EVENTS = [
  { type: "CANCEL" },
  { type: "HOLD" },
  { type: "RELEASE" },
  { type: "xstate.after.retry.task.WAITING.retry" },
  { type: "xstate.after.heal.task.WAITING.healing" },
  ...KINDS.flatMap((kind) => [true, false].map((granted) => ({ type: "ANSWER", kind, granted }))),
  { type: "BRANCH_ENDED", branch: "t1_branch_01", passed: true },
  { type: "BRANCH_ENDED", branch: "t1_branch_01", passed: false },
  { type: "BRANCH_ENDED", branch: "t9_branch_01", passed: true },
  { type: "FIX_PROPOSED", branch: "t1_branch_01", question: "Go on?", asked: ASKED },
  { type: "BRANCH_REFUSED", code: "BRANCH_LIMIT", message: "all used" },
  done("work", GOOD),
  done("work", { ...GOOD, exitCode: 1 }),
  done("judge", { data: { completeness: 9, accuracy: 9 } }),
  done("judge", { data: { completeness: 1, accuracy: 1 } }),
  done("judge", {}),
  done("checks", { missing: [], tests: [test(0)] }),
  done("checks", { missing: [], tests: [test(1)] }),
  done("checks", { missing: ["a"], tests: [] }),
  error("work"),
  error("judge"),
  error("checks"),
  done("advice", { patterns: [] }),
  error("advice"),
] as TaskEvent[];

const TASKS: readonly object[] = [
  { run: "x" },
  { agent: "a", approval: ["after"], gate: { agent: "j", maxReworks: 1 } },
  { run: "x", outputs: ["a"], gate: { agent: "j", maxReworks: 0 }, maxRetries: 1 },
  { run: "x", acceptance: [{ cmd: "t" }], failureRouting: {} },
  { run: "x", failureRouting: {} },
  { run: "x", heal: { tries: 1 } },
];

/** It tells nobody: there is no workflow. */
const alone = taskMachine.provide({
  actions: { tellAsked: () => undefined, tellBroken: () => undefined },
});

function pathsOf(rest: object) {
  return getShortestPaths(alone, {
    input: taskInputOf(rest),
    events: EVENTS,
    limit: 20_000,
    // counts go on for ever; where it stands is what is to be covered
    serializeState: ({ value, context, status }) =>
      JSON.stringify([
        value,
        status,
        context.next,
        context.asked,
        Math.min(context.failures, 2),
        Math.min(context.reworks, 1),
        Math.min(context.branch.depth, 1),
        context.last.failure?.code,
        context.healing?.tried.length,
      ]),
    stopWhen: ({ context }) => context.attempts > 4,
  } as Parameters<typeof getShortestPaths<typeof alone>>[1]);
}

/** Every transition that is taken on the way, by the machine itself or for an event. */
function takenOn(rest: object, events: readonly TaskEvent[]): readonly unknown[] {
  const taken: unknown[] = [];
  const actor = createActor(alone, {
    input: taskInputOf(rest),
    clock: new SimulatedClock(),
    inspect: (event) => {
      if (event.type === "@xstate.microstep") taken.push(...event._transitions);
    },
  });
  // an error that nobody waits for ends a machine
  actor.subscribe({ error: () => undefined });
  actor.start();
  for (const event of events) if (actor.getSnapshot().status === "active") actor.send(event);
  actor.stop();
  return taken;
}

interface Transition {
  readonly source: { readonly id: string };
  readonly eventType: string;
  readonly target?: readonly { readonly id: string }[] | undefined;
}

interface Node {
  readonly always?: readonly Transition[] | undefined;
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly states: Readonly<Record<string, Node>>;
}

/** Every transition that the machine has. */
function transitionsOf(node: Node): readonly Transition[] {
  return [
    ...(node.always ?? []),
    ...[...node.transitions.values()].flat(),
    ...Object.values(node.states).flatMap(transitionsOf),
  ];
}

describe("the task machine", () => {
  const walks = TASKS.map((rest) => ({ rest, paths: pathsOf(rest) }));

  it("takes each of its transitions, from where shortest paths lead, at one event more", () => {
    const seen = new Set<string>();
    const taken = new Set(
      walks.flatMap(({ rest, paths }) =>
        paths.flatMap(({ steps, state: { value, context } }) => {
          const events = steps.slice(1).map(({ event }) => event);
          const place = JSON.stringify([rest, value, context.next, context.asked]);
          const isNew = !seen.has(place);
          seen.add(place);
          const more = isNew ? EVENTS.map((event) => [...events, event]) : [events];
          return more.flatMap((all) => takenOn(rest, all));
        }),
      ),
    );
    const missed = transitionsOf(alone.root).filter((transition) => !taken.has(transition));
    const names = missed.map(
      ({ source, eventType, target }) =>
        `${source.id} ${eventType} ${target?.map(({ id }) => id).join()}`,
    );
    expect(names).toEqual([]);
  });

  it("can be ended from wherever it stands", () => {
    for (const { state } of walks.flatMap(({ paths }) => paths))
      expect(state.status === "done" || state.can({ type: "CANCEL" })).toBe(true);
  });
});
