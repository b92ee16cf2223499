/** Why a record is there, and what came of it: held against what a replay says was asked for. */
import { describe, expect, it } from "vitest";
import { kindsByName } from "../../src/actors/kind.ts";
import { replayEnv } from "../../src/cli/replaying.ts";
import { load } from "../../src/actors/load.ts";
import type { JsonObject } from "../../src/events/json.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { causeOf, indexed, nameOf, recordOf, type Cause } from "../../src/replay/causes.ts";
import type { RunRecords } from "../../src/events/log/run-records.ts";
import { chainIn } from "../../src/replay/why-log.ts";
import { chainOf, consequencesOf, type Consequence, type Link } from "../../src/replay/why.ts";
import { drillDrama } from "../simulation/drills.ts";
import { bankDrama } from "../simulation/bank.ts";
import { simulated, type Simulated } from "./simulated.ts";

/** What the effect that a cause names is, by the record of the cause. */
const ASKED: Readonly<Partial<Record<Cause["by"], string>>> = {
  start: "start",
  stop: "stop",
  timer: "timer",
  action: "action",
  activity: "start",
  // what a child says at its end is sent to its parent, too
  send: "send",
  end: "send",
};

/** Types of the effects of all records of a history, by `address#seq`. */
async function effectsIn(
  { log, runs }: Simulated,
  kinds: ReturnType<typeof drillDrama>["kinds"],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const env = replayEnv(log, kindsByName(kinds));
  const found = new Map<string, readonly string[]>();
  const addresses = new Set(runs.flatMap(({ records }) => records.map(({ stream }) => stream)));
  for (const address of addresses)
    await load(env, address, {
      snapshots: false,
      onRecord: ({ seq }, _body, _fold, { effects }) =>
        found.set(
          nameOf({ address, seq }),
          effects.map(({ effect }) => effect.type),
        ),
    });
  return found;
}

/** What the record that a cause names has asked for, as a replay says; of other causes nothing. */
function askedFor(cause: Cause, effects: ReadonlyMap<string, readonly string[]>): string | undefined {
  if (!("of" in cause) || cause.of === undefined || cause.effect === undefined) return ASKED[cause.by];
  return effects.get(nameOf(cause.of))?.[cause.effect];
}

/** Links that do not stand before the one that they caused. */
function rising(links: readonly Link[]): readonly Link[] {
  return links.filter(({ run, position }, at) => {
    const caused = links[at - 1];
    return caused !== undefined && caused.run === run && caused.position <= position;
  });
}

const flat = (tree: Consequence): readonly Consequence[] => [tree, ...tree.consequences.flatMap(flat)];

describe("for every record of simulated histories", () => {
  it("the chain ends at a command or a start from outside, each cause names the link behind it, and the replay asked for it", async () => {
    const met = new Set<Cause["by"]>();
    const drama = drillDrama();
    for await (const history of simulated(drama, 60)) {
      const effects = await effectsIn(history, drama.kinds);
      for (const run of history.runs)
        for (const at of run.records.keys()) {
          const { links } = await chainIn(history.log, run, at + 1);
          expect(links[0]).toMatchObject({ run: run.run, position: at + 1 });
          expect(links.map(({ cause }) => recordOf(cause))).toEqual([
            ...links.slice(1).map(({ address, seq }) => ({ address, seq })),
            undefined,
          ]);
          expect(rising(links)).toEqual([]);
          expect(["command", "outside"]).toContain(links.at(-1)?.cause.by);
          const { cause } = links[0] ?? { cause: { by: "host" } };
          met.add(cause.by);
          expect(askedFor(cause, effects)).toBe(ASKED[cause.by]);
        }
    }
    expect([...met].toSorted()).toEqual([
      "action",
      "activity",
      "command",
      "end",
      "host",
      "outside",
      "send",
      "start",
      "timer",
    ]);
  });

  it("what came of it is what names it as its cause, and no record stands twice", async () => {
    for await (const { runs } of simulated(bankDrama(), 15))
      for (const run of runs) {
        const index = indexed(run);
        const trees = run.records.map((_, at) => consequencesOf(run, at + 1, 1));
        for (const [at, tree] of trees.entries())
          expect(tree.consequences.map(({ position }) => position)).toEqual(
            run.records.flatMap((record, n) => {
              const of = recordOf(causeOf(index, record));
              return of !== undefined && index.places.positionOf(of.address, of.seq) === at + 1
                ? [n + 1]
                : [];
            }),
          );
        const whole = flat(consequencesOf(run, 1, 1_000)).map(({ position }) => position);
        expect(new Set(whole).size).toBe(whole.length);
      }
  });
});

let made = 0;
const record = (
  stream: string,
  seq: number,
  more: Partial<Omit<Recorded, "body">> & { event?: JsonObject; from?: string } = {},
): Recorded => {
  const { event = { type: "GO" }, from, ...rest } = more;
  const input = seq === 1 ? { born: { id: stream } } : { event };
  const plain = { v: 1, version: "1", epoch: 1, state: "s", status: "active", hash: "h", owes: 0 };
  const whole: JsonObject = { ...plain, ...input, ...(from !== undefined && { from }) };
  return { stream, seq, id: `${made++}`, type: "t", at: 5, correlation: "c", ...rest, body: whole };
};

const run = (name: string, records: readonly Recorded[]): RunRecords => ({ run: name, records });

describe("a chain of causes", () => {
  const failed = (error: string) => ({
    event: { type: "troupe.activity.failed", activity: "a/r:work", attempt: 1, error, retryAt: 9 },
  });
  const done = { type: "xstate.done.actor.work", actorId: "work" };

  it("counts the attempts at an activity: failures, lost hosts and take-overs", () => {
    const records = [
      record("a/r", 1),
      record("a/r", 2, failed("one")),
      record("a/r", 3, { event: { type: "troupe.recovered", epoch: 2 } }),
      record("a/r", 4, { event: { ...failed("gone").event, lost: true } }),
      record("a/r", 5, failed("two")),
      record("a/r", 6, { event: done, cause: "a/r#1.0", from: "a/r:work" }),
    ];
    const { links } = chainOf(run("r", records), 6);
    expect(links.map(({ seq }) => seq)).toEqual([6, 1]);
    expect(links[0]?.attempts).toEqual({
      attempt: 5,
      recoveries: 2,
      failures: [
        { address: "a/r", seq: 2, error: "one" },
        { address: "a/r", seq: 5, error: "two" },
      ],
    });
    expect(chainOf(run("r", records), 2).links[0]?.cause).toEqual({
      by: "activity",
      activity: "a/r:work",
      of: { address: "a/r", seq: 1 },
      effect: 0,
    });
    expect(chainOf(run("r", records.slice(0, 2)), 2).links[0]?.cause).toMatchObject({
      follows: { address: "a/r", seq: 1 },
    });
  });

  it("goes on in another run of the log, and names what the log does not have", async () => {
    await using log = memoryLog();
    const put = async (one: Recorded) => log.append(one.stream, [one], { expected: one.seq - 1 });
    const sent = record("b/s", 2, { cause: "a/r#1.3", from: "a/r" });
    await put(record("b/s", 1));
    await put(record("a/r", 1));
    await put(sent);
    const other = run("s", [record("b/s", 1), sent]);
    const chain = await chainIn(log, other, 2);
    expect(chain.links.map(({ run: of, address }) => [of, address])).toEqual([
      ["s", "b/s"],
      ["r", "a/r"],
    ]);
    expect(chain.elsewhere).toBeUndefined();
    const nowhere = record("b/s", 2, { cause: "a/gone#7.3", from: "a/gone" });
    const lost = await chainIn(log, run("s", [record("b/s", 1), nowhere]), 2);
    expect(lost.elsewhere).toEqual({ address: "a/gone", seq: 7 });
    expect(lost.links).toHaveLength(1);
  });

  it("tells who stopped an actor, and what an action did on its way", () => {
    const records = [
      record("a/r", 1),
      record("b/r", 1, { cause: "a/r#1.0" }),
      record("b/r", 2, { cause: "a/r#1.4", from: "a/r", event: { type: "troupe.stopped" } }),
      record("a/r", 2, { cause: "a/r#1.2/0", from: "a/r" }),
      record("a/r", 3, { cause: "cmd:x", event: { type: "troupe.stopped" } }),
    ];
    const of = { address: "a/r", seq: 1 };
    const causes = [3, 4, 5].map((position) => chainOf(run("r", records), position).links[0]?.cause);
    expect(causes).toEqual([
      { by: "stop", of, effect: 4 },
      { by: "action", of, effect: 2 },
      { by: "command", id: "x" },
    ]);
  });

  it("ends even where records name each other as their causes", () => {
    const records = [
      record("a/r", 1),
      record("a/r", 2, { cause: "b/r#1.0", from: "b/r" }),
      record("b/r", 1, { cause: "a/r#2.0" }),
    ];
    expect(chainOf(run("r", records), 3).links).toHaveLength(2);
    expect(flat(consequencesOf(run("r", records), 1, 99)).length).toBeLessThanOrEqual(3);
  });

  it("what something sends at a time of its own follows the last record of who it belongs to", () => {
    const records = [
      record("a/r", 1),
      record("a/r:c", 1, { cause: "a/r#1.0" }),
      record("a/r:c", 2),
      record("a/r", 2, { cause: "a/r:c:work@w-5", from: "a/r:c:work" }),
      record("a/r:c", 3),
      record("a/r", 3, { cause: "outside@w-6", from: "outside" }),
    ];
    const [link] = chainOf(run("r", records), 4).links;
    expect(link?.cause).toEqual({
      by: "later",
      from: "a/r:c:work",
      follows: { address: "a/r:c", seq: 2 },
    });
    expect(chainOf(run("r", records), 6).links[0]?.cause.by).toBe("outside");
  });

  it("lists no more than it was asked for, and says how much more there is", () => {
    const children = Array.from({ length: 1_500 }, (_, n) =>
      record(`c/r:${n}`, 1, { cause: `a/r#1.${n}` }),
    );
    const tree = consequencesOf(run("r", [record("a/r", 1), ...children]), 1, 3);
    expect(flat(tree)).toHaveLength(1_000);
    expect(tree.unlisted).toBe(501);
    expect(consequencesOf(run("r", [record("a/r", 1), ...children]), 1, 0).unlisted).toBe(1_500);
  });
});
