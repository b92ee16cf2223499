/**
 * The memory log as one simulated process has it: every operation waits for its turn, and the
 * plan's faults befall it.
 *
 * 1. An append waits twice: before it is written, and before it is answered.
 * 2. A write that was sent may land although its process died meanwhile.
 * 3. Nothing of a dead process is answered.
 * 4. Where hosts share the log, they know of each other and claim partitions as simulated-members.ts
 *    says, and ask each other by a channel.
 */
import { TroupeError } from "../errors.ts";
import type { EventLog, NewRecord, Ownership } from "../events/log/log.ts";
import { simulatedMembers } from "./simulated-members.ts";
import { unreachable, type Surroundings } from "./surroundings.ts";
import { OUTSIDE } from "./turns.ts";

export interface SimulatedLog extends EventLog {
  /** The ownership is lost, and the process hears of it. */
  lose(): void;
  /** What tells it that the lease which it has of a partition now is lost. */
  loser(partition: number): () => void;
  /** The process has died: nobody tells it anything any more. */
  stop(): void;
}

/** @param base a handle of the process's own: what it owns ends with it. */
export function simulatedLog(base: EventLog, life: number, around: Surroundings): SimulatedLog {
  const { turns, faults, server, written, note } = around;
  const lost = new AbortController();
  const shared = around.channel && simulatedMembers(base, life, { ...around, channel: around.channel });

  async function write(
    stream: string,
    records: readonly NewRecord[],
    expected: number,
  ): Promise<number> {
    const last = await server.append(stream, records, { expected });
    written(stream, records, last);
    return last;
  }

  async function read<T>(all: () => AsyncIterable<T>): Promise<T[]> {
    await turns.turn(life);
    if (faults.fails("read")) throw unreachable();
    return Array.fromAsync(all());
  }

  async function append(
    stream: string,
    records: readonly NewRecord[],
    { expected }: { readonly expected: number },
  ): Promise<number> {
    const { how, ms = 0 } = faults.append() ?? {};
    around.appends(life, stream);
    if (how === "slow") await turns.pause(life, ms);
    await turns.turn(life, true);
    if (how === "failed") throw failed(stream);
    if (how === "unknown") throw unknown(stream);
    if (how === "late-write") {
      turns.after(OUTSIDE, ms, () => void write(stream, records, expected).catch(() => {})); // it has lost its place
      throw unknown(stream);
    }
    const last = await write(stream, records, expected).catch((error: unknown) => {
      if (TroupeError.is(error, "LOG_WRONG_SEQUENCE")) note({ life, what: "conflict", stream });
      throw error;
    });
    if (how === "late-ack") await turns.pause(life, ms);
    await turns.turn(life);
    if (how === "lost-ack") throw unknown(stream);
    note({ life, what: "appended", stream, from: expected + 1, to: last });
    return last;
  }

  return {
    ...base,
    ...shared?.parts,
    append,
    async tip(stream) {
      await turns.turn(life);
      return base.tip(stream);
    },
    async *read(stream, range) {
      yield* await read(() => base.read(stream, range));
    },
    async *scan(asked) {
      yield* await read(() => base.scan(asked));
    },
    async end() {
      await turns.turn(life);
      return base.end();
    },
    async claim(asked): Promise<Ownership> {
      const { partition } = asked;
      if (shared !== undefined && partition !== undefined) return shared.claim(asked.owner, partition);
      await turns.turn(life);
      const owned = await base.claim(asked);
      return { ...owned, lost: lost.signal };
    },
    snapshots: {
      async get(stream) {
        await turns.turn(life);
        if (faults.fails("snapshot")) throw unreachable();
        return base.snapshots.get(stream);
      },
      async put(stream, snapshot) {
        await turns.turn(life, true);
        if (faults.fails("snapshot")) throw unreachable();
        return base.snapshots.put(stream, snapshot);
      },
    },
    lose: () => lost.abort(),
    loser: (partition) => shared?.loser(partition) ?? (() => {}),
    stop: () => shared?.stop(),
  };
}

function unknown(stream: string): TroupeError {
  return new TroupeError("LOG_OUTCOME_UNKNOWN", `the append to "${stream}" has no answer (planned)`, {
    hint: "Append the same again.",
  });
}

function failed(stream: string): TroupeError {
  return new TroupeError("LOG_WRITE_FAILED", `the append to "${stream}" failed (planned)`, {
    hint: "Open a new host.",
  });
}
