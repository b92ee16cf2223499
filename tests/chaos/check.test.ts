/**
 * The judge of storms itself: a bank that ran undisturbed is found well, and each fault that is
 * planted into its evidence is found.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { Told } from "../../src/testing/user.ts";
import { bankKinds } from "./bank.ts";
import type { Replay } from "../../src/testing/replayed.ts";
import { judgeActors, judgeStorm, replayStorm, type Stormed } from "./check.ts";
import type { Deed, RunDeed } from "./outside.ts";

let calm: Stormed;
beforeAll(async () => {
  calm = await calmBank();
});

/** Ten transfers of which some are paid, some refused, and some given back. */
async function calmBank(): Promise<Stormed> {
  const outside: Deed[] = [];
  await using log = memoryLog();
  const told: Told[] = [];
  {
    const note = (what: RunDeed["what"], key: string, fence: { epoch: number; attempt: number }) =>
      outside.push({ what, host: 0, life: 1, key, ...fence });
    await using host = await createHost({
      log,
      kinds: bankKinds(async ({ idempotencyKey, fence }) => {
        note("begun", idempotencyKey, fence);
        note("over", idempotencyKey, fence);
        return fence;
      }),
    });
    const tell = (act: Told["act"], seq: number) => told.push({ act, answers: [{ seq }], sent: 1 });
    for (const to of ["account/a", "account/b"] as const) {
      const start = { balance: 100, limit: 150 };
      await host.start(to, { input: start });
      tell({ waitMs: 0, to, start }, 1);
    }
    const send = { type: "CASH", amount: 7 } as const;
    const { seq } = await host.actor("account/a").send(send, { id: "cash" });
    tell({ waitMs: 0, to: "account/a", id: "cash", send }, seq);
    for (let n = 0; n < 10; n++) {
      const [from, to] = n % 2 === 0 ? ["account/a", "account/b"] : ["account/b", "account/a"];
      const start = { id: `t${n}`, from, to, amount: 30 * n + 1 };
      const transfer = await host.start(`transfer/t${n}`, { input: start });
      await transfer.waitFor(({ status }) => status === "done");
      tell({ waitMs: 0, to: `transfer/t${n}`, start }, 1);
    }
  }
  const records = await Array.fromAsync(log.scan());
  return { records, told, outside, seen: records };
}

/** What the judge finds when this is changed. */
async function found(change: Partial<Stormed>): Promise<string> {
  return (await judgeStorm({ ...calm, ...change })).faults.join("\n");
}

/** What it finds where the actors' steps are other ones, and each replays as it stands there. */
async function foundIn(change: (steps: readonly Replay[]) => readonly Replay[]): Promise<string> {
  const actors = await replayStorm(calm, () => {});
  const others = [...actors].map(
    ([address, actor]) => [address, { ...actor, steps: change(actor.steps) }] as const,
  );
  const faults: string[] = [];
  judgeActors(new Map(others), calm, (text) => faults.push(text));
  return faults.join("\n");
}

/** Puts the first step that fits there twice. */
function doubled(type: string): (steps: readonly Replay[]) => readonly Replay[] {
  const fits = isFirst(type);
  return (steps) => steps.flatMap((step) => (fits(step) ? [step, step] : [step]));
}

function isFirst(type: string): (record: { readonly type: string }) => boolean {
  let met = false;
  return (record) => !met && (met = record.type === type);
}

/** The records, with one that fits changed or, where nothing comes of it, left out. */
function changed(fits: (record: Recorded) => boolean, to?: (record: Recorded) => Recorded[]) {
  return calm.records.flatMap((record) => (fits(record) ? (to?.(record) ?? []) : [record]));
}

/** The records without one, those behind it moved up: as if it had never been written. */
function forgotten(fits: (record: Recorded) => boolean): Recorded[] {
  const gone = calm.records.find(fits);
  return calm.records
    .filter((record) => record !== gone)
    .map((record) =>
      record.stream === gone?.stream && record.seq > gone.seq
        ? { ...record, seq: record.seq - 1 }
        : record,
    );
}

const own = (record: Recorded, body: Readonly<Record<string, unknown>>): Recorded => ({
  ...record,
  body: { ...record.body, ...body } as Recorded["body"], // still JSON
});

describe("the judge of storms", () => {
  it("finds nothing wrong with an undisturbed bank, in which all endings come", async () => {
    const { faults, transfers, runs } = await judgeStorm(calm);
    expect(faults).toEqual([]);
    expect([transfers, runs]).toEqual([10, 10]);
    const types = new Set(calm.records.map(({ type }) => type));
    expect([...types]).toEqual(expect.arrayContaining(["TAKEN", "GIVEN", "RETURNED", "REFUSED"]));
  });

  it("L1: finds a gap, and a record that stands twice", async () => {
    expect(await found({ records: changed(isFirst("GIVEN")) })).toMatch(/record \d+ follows \d+/);
    const twice = changed(isFirst("GIVEN"), (record) => [record, record]);
    expect(await found({ records: twice })).toMatch(/record id \S+ stands twice/);
  });

  it("A9: finds an acknowledged command that is lost, moved or done twice", async () => {
    expect(await found({ records: forgotten(isFirst("CASH")) })).toContain(
      "cmd:cash to account/a was acknowledged as 2, it stands at undefined",
    );
    const told = calm.told.map((one) => ("id" in one.act ? { ...one, answers: [{ seq: 3 }] } : one));
    expect(await found({ told })).toContain("was acknowledged as 3, it stands at 2");
    expect(await foundIn(doubled("CASH"))).toContain("cmd:cash to account/a stands at 2 and at 2");
  });

  it("S1: finds a command that nobody sent, and one that nobody answered", async () => {
    const told = calm.told.filter(({ act }) => !("id" in act));
    expect(await found({ told })).toContain("cmd:cash to account/a stands in the log, but nobody");
    const silent = calm.told.map((one) => ("id" in one.act ? { ...one, answers: [] } : one));
    expect(await found({ told: silent })).toContain("cash to account/a has no answer, sent 1 times");
  });

  it("finds money that came out of nothing, or counts twice", async () => {
    const richer = changed(isFirst("DEPOSIT"), (record) => [
      own(record, { event: { ...Object(record.body["event"]), amount: 2 } }),
    ]);
    expect(await found({ records: richer })).toMatch(/account\/\w does not replay/);
    const cash = await foundIn(doubled("CASH"));
    expect(cash).toContain("account/a: balance is 76, its records make 83");
    expect(cash).toContain("the accounts hold 207, 200 and 14 in cash came in");
    const twice = await foundIn(doubled("WITHDRAW"));
    expect(twice).toMatch(/transfer\/t0 is paid, but WITHDRAW counts at: account\/a,account\/a/);
    expect(twice).toMatch(/transfer\/t0#1.0 arrived at account\/a \d+ and at account\/a \d+/);
  });

  it("A8, A11: finds a message that never arrived, and a transfer that did not end", async () => {
    expect(await found({ records: forgotten(isFirst("REFUND")) })).toMatch(
      /the send \S+ never arrived at account|REFUND counts at: none/,
    );
    const last = calm.records.findLast(({ stream }) => stream === "transfer/t3");
    const cut = calm.records.filter((record) => record !== last);
    expect(await found({ records: cut })).toMatch(/transfer\/t3 (has not ended|still owes)/);
  });

  it("A4: finds an older owner that writes behind a newer one", async () => {
    const newer = changed(isFirst("CASH"), (record) => [own(record, { epoch: 2 })]);
    expect(await found({ records: newer })).toMatch(/account\/a 3: epoch 1 writes behind 2/);
  });

  it("finds what a host wrote whose clock is far off", async () => {
    const [first] = calm.records;
    const prefix = first?.id.slice(0, 4) ?? "";
    expect(await found({ barred: ["nobody-"] })).toBe("");
    expect(await found({ barred: [prefix] })).toContain(`was written by ${first?.id}, whose clock is`);
  });

  it("L5: finds a record that the live reader missed, or saw twice", async () => {
    expect(await found({ seen: changed(isFirst("GIVEN")) })).toContain("the live reader saw");
    expect(await found({ seen: [...calm.records, ...calm.records.slice(-1)] })).toContain(
      "the live reader saw",
    );
    const last = calm.records.at(-1);
    const behind = calm.records.filter((record) => record !== last);
    expect(await found({ seen: behind })).toContain(`the live reader saw ${last?.stream} up to`);
  });

  it("A12: finds two runs with one fence, an attempt too many, and an end that never came", async () => {
    const [first] = calm.outside;
    if (first?.what !== "begun") throw new Error("nothing ran");
    expect(await found({ outside: [...calm.outside, first] })).toContain("ran twice");
    const third = { ...first, attempt: 3 };
    expect(await found({ outside: [...calm.outside, third] })).toContain("0 take-overs are recorded");
    expect(await found({ outside: calm.outside.slice(0, 1) })).toContain("was completed by attempt 1");
    const strange = { ...first, key: "transfer/none#1.0" };
    expect(await found({ outside: [...calm.outside, strange] })).toContain("no such activity");
  });

  it("A12: counts runs that overlap, and those that the world would refuse", async () => {
    const [begun, over] = calm.outside;
    if (begun?.what !== "begun" || over?.what !== "over") throw new Error("nothing ran");
    const zombie = { ...begun, host: 1, epoch: 0 };
    const late = { ...over, host: 1, epoch: 0 };
    const judged = await judgeStorm({
      ...calm,
      outside: [zombie, begun, over, late, ...calm.outside.slice(2)],
    });
    expect(judged).toMatchObject({ faults: [], overlapping: 1, fenced: 1 });
  });
});
