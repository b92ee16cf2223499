/**
 * Hosts that share a log on JetStream: W1 through 1, 2 and 4 of them, how long a command takes, and
 * how long it takes to take over what a host has left.
 *
 * - Hosts are processes; the load comes from this one, as a client, which follows the log for the
 *   ends of runs. Server, hosts and client share the machine: more hosts than processors show
 *   what sharing costs, not what it brings.
 * - Take-over: a log of one partition, 1,000 actors that are open (each in an activity that never
 *   ends), and closed ones around them. From the call of `createHost`, with the lease free, until
 *   all of them are recovered, and recorded as such. A dead owner's lease (5 s) comes before that.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { assign, fromPromise, setup } from "xstate";
import { z } from "zod";
import { connect } from "../src/actors/client.ts";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import { addressIn } from "../src/events/address.ts";
import { jetstreamLog } from "../src/events/log/jetstream.ts";
import type { EventLog, NewRecord } from "../src/events/log/log.ts";
import { memoryLog } from "../src/events/log/memory.ts";
import { counterKind } from "../tests/support/laws-kinds.ts";
import { startNats } from "../tests/support/nats-server.ts";
import type { Bench } from "./bench.ts";
import { inFlight, perSecond, round, timed, type Scale } from "./measure.ts";
import { atLeast, type Row, type Table } from "./report.ts";
import { w1Kind } from "./w1-ways.ts";

const CONCURRENCY = 256;
const PARTITIONS = 8;
const OPEN = 1_000;
const WITH_CHECKPOINT_S = 2;
const WITHOUT_S = 15;

export const hosts: Bench = {
  name: "hosts",
  what: "hosts that share a log on JetStream: W1 through 1, 2 and 4 of them, round trips, take-overs",
  async run(scale) {
    return [await shared(scale), await roundTrips(scale), await takeOvers(scale)];
  },
};

/** Host processes, once they share all partitions. */
async function hostsOn(url: string, count: number): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const owned = new Map<number, number>();
  const all = Promise.withResolvers<void>();
  for (let i = 0; i < count; i++) {
    const child = spawn(process.execPath, [join(import.meta.dirname, "host-child.ts"), url], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    stack.defer(async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    });
    createInterface(child.stdout).on("line", (line) => {
      owned.set(i, Number(line));
      const loads = [...owned.values()];
      if (loads.length === count && loads.every((load) => load === PARTITIONS / count)) all.resolve();
    });
  }
  await all.promise;
  return stack;
}

async function shared({ quick, progress }: Scale): Promise<Table> {
  await using server = await startNats({ syncAlways: true });
  const url = server.logUrl("bench", `&partitions=${PARTITIONS}`);
  const jobs = quick ? 200 : 2_000;
  const rows: Row[] = [];
  let one = 0;
  for (const count of [1, 2, 4]) {
    progress(`W1 through ${count} host${count === 1 ? "" : "s"}`);
    await using _hosts = await hostsOn(url, count);
    const walls: number[] = [];
    for (let turn = 0; turn < (quick ? 2 : 4); turn++) {
      const { wall } = await timed(jobs, () => w1Through(url, { jobs, prefix: `h${count}t${turn}-` }));
      if (turn > 0) walls.push(wall); // the first warms up
    }
    const best = Math.min(...walls);
    if (count === 1) one = best;
    rows.push({
      hosts: count,
      "workflows/s": Math.round(perSecond(best)),
      "beside one": round(one / best),
    });
  }
  return {
    title: `W1 through host processes, ${CONCURRENCY} at a time, ${PARTITIONS} partitions`,
    rows,
    notes: [
      "server, hosts and client share the machine: two processors are busy with one host already",
    ],
  };
}

async function w1Through(
  url: string,
  { jobs, prefix }: { readonly jobs: number; readonly prefix: string },
): Promise<void> {
  await using log = await jetstreamLog({ url });
  await using client = await connect({ log, kinds: [w1Kind] });
  const ends = new Map<string, () => void>();
  const over = new AbortController();
  const ready = Promise.withResolvers<void>();
  const following = (async () => {
    const after = await log.end();
    ready.resolve();
    for await (const { stream, body } of log.scan({ after, live: true, signal: over.signal }))
      if (body["status"] === "done") ends.get(stream)?.();
  })();
  await ready.promise;
  await inFlight(jobs, CONCURRENCY, async (index) => {
    const address = `w1/${prefix}${index}` as const;
    const ended = new Promise<void>((resolve) => void ends.set(address, resolve));
    await client.start(address);
    await ended;
  });
  over.abort();
  await following;
}

async function roundTrips({ quick, progress }: Scale): Promise<Table> {
  progress("round trips of commands");
  await using server = await startNats({ syncAlways: true });
  const url = server.logUrl("bench", `&partitions=${PARTITIONS}`);
  await using _hosts = await hostsOn(url, 1);
  await using client = await connect({ log: url, kinds: [counterKind()] });
  const counter = await client.start("counter/c");
  const count = quick ? 200 : 3_000;
  const times: number[] = [];
  for (let i = -100; i < count; i++) {
    const began = performance.now();
    await counter.send({ type: "ADD", by: 1 });
    if (i >= 0) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => round(times[Math.floor(times.length * share)] ?? 0);
  return {
    title: "a command from another process, one at a time, ms until it is on disk and answered",
    rows: [{ commands: count, p50: at(0.5), p99: at(0.99), most: at(0.999_999) }],
  };
}

const waiting = defineKind({
  kind: "waiting",
  version: "1",
  machine: setup({
    types: { context: {} as { readonly text: string } },
    actors: { wait: fromPromise(() => new Promise<never>(() => {})) },
    actions: { keep: assign({ text: "x".repeat(200) }) },
  }).createMachine({
    context: { text: "" },
    initial: "waits",
    entry: "keep",
    states: { waits: { invoke: { src: "wait" } } },
  }),
  events: z.never(),
});

async function takeOvers({ quick, progress }: Scale): Promise<Table> {
  await using server = await startNats({ syncAlways: true });
  const url = server.logUrl("bench", "&partitions=1");
  const kinds = [waiting, counterKind()];
  {
    await using host = await createHost({ log: url, kinds, strict: false });
    await inFlight(OPEN, CONCURRENCY, async (i) => void (await host.start(`waiting/o${i}`)));
  }
  await using log = await jetstreamLog({ url });
  const records = quick ? 5_000 : 1_000_000;
  await fill(log, records, progress);
  const takeOver = async (what: string): Promise<number> => {
    progress(`take-over ${what}`);
    const began = performance.now();
    await using _host = await createHost({ log: url, kinds, strict: false });
    return (performance.now() - began) / 1000;
  };
  await log.snapshots.put(addressIn(0, 1), { seq: 1, key: "none", data: null });
  const without = await takeOver("without a checkpoint"); // it leaves one as it goes
  const runs = [await takeOver("from a checkpoint"), await takeOver("from a checkpoint")];
  return {
    title: `take-over of ${OPEN} open actors in a partition of ${records} records`,
    rows: [
      {
        from: "a checkpoint",
        seconds: round(Math.min(...runs)),
        ...within(WITH_CHECKPOINT_S, Math.min(...runs)),
      },
      { from: "the first record", seconds: round(without), ...within(WITHOUT_S, without) },
    ],
    notes: ["behind the end of the lease; each open actor is loaded, and its take-over is on disk"],
  };
}

function within(goal: number, seconds: number): ReturnType<typeof atLeast> {
  return { ...atLeast(1, goal / seconds), goal: `${goal} s`, got: `${round(seconds)} s` };
}

/** Closed actors: what one of a hundred records wrote, under many addresses. None is ever loaded. */
async function fill(log: EventLog, records: number, progress: Scale["progress"]): Promise<void> {
  const one: NewRecord[] = [];
  {
    await using template = memoryLog();
    await using host = await createHost({ log: template, kinds: [counterKind()], strict: false });
    const counter = await host.start("counter/c");
    for (let i = 0; i < 98; i++) await counter.send({ type: "ADD", by: 1 });
    await counter.send({ type: "END" });
    for await (const { stream: _s, seq: _q, ...record } of template.read("counter/c")) one.push(record);
  }
  const actors = Math.ceil(records / one.length);
  let done = 0;
  await inFlight(actors, 16, async (index) => {
    const own = one.map((record, i) => ({ ...record, id: `f${index}-${i}` }));
    await log.append(`counter/f${index}`, own, { expected: 0 });
    if (++done % 1_000 === 0) progress(`${done * one.length} records`);
  });
}
