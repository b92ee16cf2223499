/** Moves of an actor without a host: each is as the host would have it, and none changes where it came from. */
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assign, sendTo, setup } from "xstate";
import { z } from "zod";
import { defineKind } from "../../src/index.ts";
import { dueIn, openIn, type Move } from "../../src/testing/walk/move.ts";
import { begin, move, type Moved, type Place } from "../../src/testing/walk/place.ts";
import { stageOf, type Stage } from "../../src/testing/walk/stage.ts";
import { stopsOf, walksOf } from "../../src/testing/walk/walks.ts";
import { parcel } from "../../examples/testing/parcel.ts";
import { talking } from "./small-machine.ts";

const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("LEAD") }),
  z.strictObject({ type: z.literal("LEAVE") }),
  z.strictObject({ type: z.literal("COUNT"), by: z.int() }),
]);
const machine = setup({
  types: { context: {} as { readonly n: number }, events: {} as z.infer<typeof Event> },
  actors: { child: setup({}).createMachine({ initial: "a", states: { a: {} } }) },
  delays: { soon: 10, later: 20 },
}).createMachine({
  context: { n: 0 },
  initial: "idle",
  on: { COUNT: { actions: assign({ n: ({ context, event }) => context.n + event.by }) } },
  states: {
    idle: { on: { LEAD: "leading" } },
    leading: {
      entry: sendTo("kid", { type: "HELLO" }),
      invoke: { id: "kid", src: "child", onDone: "idle", onError: "idle" },
      after: { soon: { actions: assign({ n: 1 }) }, later: "idle" },
      on: { LEAVE: "idle" },
    },
  },
});
const leader = stageOf(defineKind({ kind: "leader", version: "1", machine, events: Event }));

function went(stage: Stage, ...moves: readonly Move[]): Place {
  let moved: Moved = begin(stage, undefined);
  for (const one of moves) {
    if (moved.place === undefined) throw new Error("it never began");
    moved = move(stage, moved.place, one);
    expect(moved.outcome).toBe("recorded");
  }
  if (moved.place === undefined) throw new Error("it never began");
  return moved.place;
}

const lead: Move = { does: "send", event: { type: "LEAD" } };
const kids = (place: Place): readonly string[] => openIn(place).map(({ src }) => src);
const timers = (place: Place): readonly string[] => dueIn(place).map(({ name }) => name);

/** All that a place says. */
function image({ fold, children, now }: Place, stage: Stage): unknown {
  const { outbox, timers: armed, residents, watermarks, actions, named, seq, at } = fold;
  const maps = [outbox, armed, residents, watermarks, actions, named, children].map((map) => [...map]);
  return JSON.parse(JSON.stringify([maps, seq, at, now, stage.stepper.hash(fold.state, [])]));
}

describe("a move", () => {
  const STAGES = [stageOf(parcel), stageOf({ kind: talking }), leader];

  for (const stage of STAGES)
    test.prop([walksOf(stage, 12)], { numRuns: 40 })(
      `for every walk of ${stage.kind.kind}, no move changes a place that was there before`,
      (walk) => {
        const stops = [...stopsOf(stage, walk)].flatMap(({ moved }) => moved.place ?? []);
        const before = stops.map((place) => image(place, stage));
        for (const place of stops) for (const one of walk.moves) move(stage, place, one);
        expect(stops.map((place) => image(place, stage))).toEqual(before);
      },
    );

  it("starts a child, and stops it when its state is left", () => {
    const leading = went(leader, lead);
    expect(kids(leading)).toEqual(["child"]);
    expect(kids(went(leader, lead, { does: "send", event: { type: "LEAVE" } }))).toEqual([]);
  });

  it("ends a child once, and what ended cannot end again", () => {
    const leading = went(leader, lead);
    const [kid] = openIn(leading);
    const end: Move = { does: "end", child: kid?.address ?? "", answer: { output: 1 } };
    const ended = move(leader, leading, end).place;
    expect(ended && kids(ended)).toEqual([]);
    expect(ended && move(leader, ended, end).outcome).toBe("idle");
  });

  it("fires the timer that is due first, at its time, and no other", () => {
    const leading = went(leader, lead);
    const [first = ""] = timers(leading);
    expect(timers(leading)).toHaveLength(1);
    const all = [...leading.fold.timers.values()].toSorted((a, b) => a.dueAt - b.dueAt);
    expect(move(leader, leading, { does: "fire", timer: all[1]?.name ?? "" }).outcome).toBe("idle");
    const fired = move(leader, leading, { does: "fire", timer: first });
    expect(fired.record?.at).toBe(leading.now + 10);
  });

  it("lets no time pass beyond a timer that is due", () => {
    const leading = went(leader, lead);
    const counted = move(leader, leading, {
      does: "send",
      event: { type: "COUNT", by: 1 },
      waitMs: 9_999,
    });
    expect(counted.record?.at).toBe(leading.now + 10);
  });

  it("is refused as a host refuses it", () => {
    const idle = went(leader);
    const { outcome, error } = move(leader, idle, { does: "send", event: { type: "LEAVE" } });
    expect(outcome).toBe("refused");
    expect(error).toMatchObject({ code: "EVENT_REFUSED" });
  });
});

describe("walks", () => {
  it("shrink to the fewest moves, each as plain as can be", () => {
    const counts = (walk: { readonly moves: readonly Move[] }): number =>
      walk.moves.filter((one) => one.does === "send" && Object(one.event).type === "COUNT").length;
    const { counterexample } = fc.check(
      fc.property(walksOf(leader, 20), (walk) => counts(walk) < 3),
      { seed: 11, numRuns: 300 },
    );
    const plain = { does: "send", event: { type: "COUNT", by: 0 } };
    expect(counterexample?.[0]).toEqual({ input: undefined, moves: [plain, plain, plain] });
  });
});
