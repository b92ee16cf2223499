/** Replays of whole runs: a moment is what its position says, whichever way one came there. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { load, type LoadEnv } from "../../src/actors/load.ts";
import { brief } from "../../src/replay/brief.ts";
import { parseCondition, type Question } from "../../src/replay/condition.ts";
import { contextDiff } from "../../src/replay/context-diff.ts";
import type { ActorWhole, Moment } from "../../src/replay/moment.ts";
import { openTimeline, type Timeline } from "../../src/replay/timeline.ts";
import { clockOf, lived, seeds, type Lived } from "./history.ts";

/** The moments of a run, one by one from its beginning, each from a replay of its own. */
async function forward({ env, run }: Lived): Promise<readonly Moment[]> {
  const timeline = await openTimeline(env, run, { now: () => 0 }); // keeps nothing: each from the birth
  const moments: Moment[] = [];
  for (let position = 1; position <= timeline.length; position++)
    moments.push(await timeline.moment(position));
  return moments;
}

interface Model {
  readonly moments: readonly Moment[];
  position: number;
}

/** An actor as `load` has it behind a record. */
async function loaded(env: LoadEnv, address: string, seq: number) {
  if (seq === 0) return undefined;
  const fold = await load(env, address, { to: seq, snapshots: false, onRecord: () => {} });
  if (fold === undefined) throw new Error(`no ${address}`);
  const { snapshot } = fold.state;
  return {
    seq: fold.seq,
    state: "value" in snapshot ? snapshot.value : null,
    status: snapshot.status,
    context: "context" in snapshot ? brief(snapshot.context, Number.POSITIVE_INFINITY) : null,
    timers: [...fold.timers.values()].map(({ name, dueAt }) => [name, dueAt]),
    outbox: [...fold.outbox.keys()],
    activities: [...fold.residents.keys()],
  };
}

async function liveContext(env: LoadEnv, address: string, seq: number): Promise<unknown> {
  if (seq === 0) return undefined;
  const fold = await load(env, address, { to: seq, snapshots: false, onRecord: () => {} });
  const snapshot: object = fold?.state.snapshot ?? {};
  return "context" in snapshot ? snapshot.context : undefined;
}

/** The same of an actor as a timeline shows it. */
function toldOf({ seq, state, status, context, open }: ActorWhole) {
  return {
    seq,
    state,
    status,
    context,
    timers: open?.timers.map(({ name, dueAt }) => [name, dueAt]),
    outbox: open?.outbox.map(({ id }) => id),
    activities: open?.activities.map(({ address }) => address),
  };
}

type Move = fc.AsyncCommand<Model, Timeline>;

/** Goes to a position, and sees there what was seen on the way forward. */
function move(name: string, to: (model: Model) => number): Move {
  return {
    check: ({ moments }) => moments.length > 0,
    async run(model, timeline) {
      const { moments } = model;
      const position = Math.min(Math.max(to(model), 1), moments.length);
      model.position = position;
      expect(await timeline.moment(position)).toEqual(moments[position - 1]);
    },
    toString: () => name,
  };
}

/** Jumps to the next of a type, as a search that looks at each record does. */
function seek(type: string, back: boolean): Move {
  return {
    check: () => true,
    async run(model, timeline) {
      const naive = model.moments.filter(
        ({ position, record }) =>
          (back ? position < model.position : position > model.position) && record.type === type,
      );
      const found = await timeline.find(parseCondition(`type == "${type}"`), {
        from: model.position,
        back,
      });
      expect(found.position).toBe(naive.at(back ? -1 : 0)?.position);
      model.position = found.position ?? model.position;
    },
    toString: () => `${back ? "?" : "/"}${type}`,
  };
}

const moves = fc.commands(
  [
    fc.constant(move("next", ({ position }) => position + 1)),
    fc.constant(move("back", ({ position }) => position - 1)),
    fc.integer({ min: 1, max: 400 }).map((to) => move(`go ${to}`, () => to)),
    fc.nat({ max: 40 }).map((by) => move(`-${by}`, ({ position }) => position - by)),
    fc
      .tuple(fc.constantFrom("troupe.started", "troupe.recovered", "NONE", "GO"), fc.boolean())
      .map(([type, back]) => seek(type, back)),
  ],
  { maxCommands: 30, size: "max" },
);

describe("a timeline", () => {
  test.prop({ from: seeds, every: fc.integer({ min: 1, max: 20 }), commands: moves }, { numRuns: 25 })(
    "shows at a position the same whichever way one came there",
    async ({ from, every, commands }) => {
      const history = await lived(from);
      const moments = await forward(history);
      const timeline = await openTimeline(history.env, history.run, { now: clockOf(every) });
      expect(timeline.faults).toEqual([]);
      await fc.asyncModelRun(
        () => ({ model: { moments, position: 1 } as Model, real: timeline }),
        commands,
      );
    },
    60_000,
  );

  test.prop({ from: seeds, at: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }) }, { numRuns: 15 })(
    "has at each position the states and contexts that loads up to there have",
    async ({ from, at }) => {
      const { env, run } = await lived(from);
      const timeline = await openTimeline(env, run, { now: clockOf(3) });
      for (const position of at.map((n) => 1 + (n % timeline.length))) {
        const { actors, record } = await timeline.moment(position);
        const before = run.records.slice(0, position);
        const born = new Set(before.map(({ stream }) => stream));
        expect(actors.map(({ address }) => address)).toEqual([...born]);
        for (const { address } of actors) {
          const whole = await timeline.actor(address, position);
          const seq = before.findLast(({ stream }) => stream === address)?.seq ?? 0;
          expect(toldOf(whole)).toEqual(await loaded(env, address, seq));
        }
        const { address, seq } = record;
        const [was, is] = [
          await liveContext(env, address, seq - 1),
          await liveContext(env, address, seq),
        ];
        expect(record.context).toEqual(contextDiff(was, is));
      }
    },
    60_000,
  );

  test.prop({ from: seeds, at: fc.nat(), back: fc.boolean() }, { numRuns: 15 })(
    "finds what a search that asks each record finds, contexts too",
    async ({ from, at, back }) => {
      const { env, run } = await lived(from);
      const timeline = await openTimeline(env, run, { now: clockOf(5) });
      const start = at % (timeline.length + 2);
      const fits: number[] = [];
      for (let position = 1; position <= timeline.length; position++) {
        const { record } = await timeline.moment(position);
        const { context } = await timeline.actor(record.address, position);
        if (JSON.stringify(context).length % 7 === 3) fits.push(position);
      }
      const condition = {
        text: "its context has such a length",
        asksContext: true,
        ask: ({ context }: Question) => {
          const text = JSON.stringify(context);
          return (text ?? "null").length % 7 === 3;
        },
      };
      const naive = back
        ? fits.findLast((position) => position < start)
        : fits.find((position) => position > start);
      const found = await timeline.find(condition, { from: start, back });
      expect(found.position).toBe(naive);
    },
    60_000,
  );

  it("knows no position beyond its end, nor before its beginning", async () => {
    const { env, run } = await lived({ cast: "drills", seed: 7 });
    const timeline = await openTimeline(env, run);
    for (const position of [0, -1, 1.5, timeline.length + 1])
      await expect(timeline.moment(position)).rejects.toMatchObject({ code: "POSITION_UNKNOWN" });
    expect(timeline.positionOf(`${run.records[2]?.stream}#${run.records[2]?.seq}`)).toBe(3);
  });
});
