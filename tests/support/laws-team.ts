/**
 * A team in two versions, with all that can be open when its code changes: members of a kind of
 * their own, messages on their way, an activity, a timer, and custom actions.
 */
import { assign, sendParent, sendTo, setup, type AnyStateMachine } from "xstate";
import { z } from "zod";
import { activity } from "../../src/actors/activity.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";

export const MEMBERS = ["a", "b", "c"] as const;
/** When a team gives up, ms after its start. */
export const LATE_MS = 60_000;

/** What teams did outside. */
export interface TeamWorld {
  /** Attempts of the activity, as `key attempt`. */
  readonly begun: string[];
  /** Custom actions that ran. */
  readonly noted: string[];
}

interface Counting {
  readonly [key: string]: number;
}

/** @param key what the version calls what it counts. */
function memberMachine(version: string, key: string): AnyStateMachine {
  return setup({ types: { context: {} as Counting } }).createMachine({
    id: "member",
    context: { [key]: 0 },
    initial: version === "1" ? "here" : "there",
    states: {
      [version === "1" ? "here" : "there"]: {
        on: {
          GO: {
            actions: [
              assign(({ context }) => ({ [key]: (context[key] ?? Number.NaN) + 1 })),
              sendParent({ type: "ACK" }),
            ],
          },
          CLOSE: "closed",
        },
      },
      closed: { type: "final" },
    },
    output: ({ context }) => context[key],
  });
}

function teamMachine(
  did: TeamWorld,
  member: AnyStateMachine,
  [went, heard]: readonly [string, string],
) {
  const work = activity<unknown, unknown>(async ({ idempotencyKey, fence }) => {
    did.begun.push(`${idempotencyKey} ${fence.attempt}`);
    return new Promise(() => {});
  });
  const tell = (type: string) => MEMBERS.map((id) => sendTo(id, { type }));
  const ended = {
    guard: ({ context }: { context: Counting }) => context["ended"] === MEMBERS.length - 1,
    target: "over",
  };
  return setup({
    types: { context: {} as Counting },
    actors: { member, work },
    actions: {
      // what it sends is in doubt until it is recorded
      note: ({ self, context }) => {
        did.noted.push(`go ${context[went]}`);
        self.send({ type: "NOTED" });
      },
    },
  }).createMachine({
    id: "team",
    context: { [went]: 0, [heard]: 0, notes: 0, ended: 0 },
    invoke: MEMBERS.map((id) => ({ id, src: "member" as const })),
    on: {
      ACK: { actions: assign(({ context }) => ({ [heard]: (context[heard] ?? Number.NaN) + 1 })) },
      NOTED: { actions: assign(({ context }) => ({ notes: (context["notes"] ?? Number.NaN) + 1 })) },
    },
    initial: "working",
    states: {
      working: {
        invoke: { id: "work", src: "work" },
        after: { [LATE_MS]: "late" },
        on: {
          GO: {
            actions: [
              assign(({ context }) => ({ [went]: (context[went] ?? Number.NaN) + 1 })),
              "note",
              ...tell("GO"),
            ],
          },
        },
      },
      late: {
        entry: tell("CLOSE"),
        on: {
          "xstate.done.actor.*": [
            ended,
            { actions: assign(({ context }) => ({ ended: (context["ended"] ?? 0) + 1 })) },
          ],
        },
      },
      over: { type: "final" },
    },
    output: ({ context }) => context,
  });
}

const events = z.looseObject({ type: z.string() });

export function firstTeam(did: TeamWorld): readonly AnyKind[] {
  const member = memberMachine("1", "went");
  const team = teamMachine(did, member, ["went", "heard"]);
  return [
    defineKind({ kind: "team", version: "1", machine: team as AnyStateMachine, events }),
    defineKind({ kind: "member", version: "1", machine: member, events }),
  ];
}

/** Other keys in both contexts, and another state of the members. */
export function secondTeam(did: TeamWorld): readonly AnyKind[] {
  const [team, member] = firstTeam(did) as readonly [AnyKind, AnyKind]; // those two
  const machine = memberMachine("2", "gone");
  const next = teamMachine(did, machine, ["gone", "known"]);
  return [
    defineKind({
      kind: "team",
      version: "2",
      machine: next as AnyStateMachine,
      events,
      previous: [team],
      migrate: ({ value, context: { went, heard, ...rest } }) => ({
        value,
        context: { ...rest, gone: went, known: heard },
      }),
    }),
    defineKind({
      kind: "member",
      version: "2",
      machine,
      events,
      previous: [member],
      migrate: ({ value, context: { went } }) => ({
        value: value === "here" ? "there" : value,
        context: { gone: went },
      }),
    }),
  ];
}
