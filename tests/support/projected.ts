/** Logs that were written without a host, and what must come of them whoever folds them. */
import { fc } from "@fast-check/vitest";
import { directories } from "../../src/actors/directories.ts";
import { TroupeError } from "../../src/errors.ts";
import { parseAddress } from "../../src/events/address.ts";
import type { JsonObject } from "../../src/events/json.ts";
import type { EventLog, NewRecord, ScanOptions, Scanned } from "../../src/events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../../src/events/record.ts";
import { messages } from "../../src/projections/messages.ts";
import { openActors, systemIds } from "../../src/projections/open-actors.ts";
import type { Projections } from "../../src/projections/face.ts";
import { runs } from "../../src/projections/runs.ts";
import { jobsTable } from "../../src/projections/tables/jobs.ts";
import { messagesTable } from "../../src/projections/tables/messages.ts";
import { RUN_TABLES } from "../../src/projections/tables/runs.ts";

export interface Step {
  readonly stream: string;
  readonly owes: number;
  readonly system?: { readonly freed?: string[]; readonly given?: Record<string, string> };
  readonly status?: "active" | "done";
  /** A body that is no record. */
  readonly unreadable?: boolean;
  /** Seq of the record that this one takes out. */
  readonly skips?: number;
}

/** Few streams in few runs, so that they meet often; the first is one of a plan. */
export const STREAMS = [
  "workflow/a",
  "task/a:t1",
  "task/a:t2",
  "agent/b",
  "agent/b:c",
  "task/d:t",
  "job/e",
  "messages/a",
];

const stream = fc.constantFrom(...STREAMS);
const system = fc.record(
  {
    freed: fc.uniqueArray(stream, { maxLength: 2 }),
    given: fc.dictionary(fc.constantFrom("x", "y", "__proto__"), stream, { maxKeys: 2 }),
  },
  { requiredKeys: [] },
);
/** Any step. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record(
      { stream, owes: fc.nat(2), system, status: fc.constantFrom("active" as const, "done" as const) },
      { requiredKeys: ["stream", "owes"] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      stream: fc.constantFrom("agent/b", "job/e"),
      owes: fc.constant(0),
      unreadable: fc.constant(true),
    }),
  },
);

let records = 0;

const STARTED = {
  type: "task.started",
  v: 1,
  data: { task: "t", title: "t", purpose: "work", attempt: 1 },
};

/** An exchange takes a message. */
function sent(nth: number): JsonObject {
  const data = { id: `m${nth}`, from: "ada", to: ["bob"], type: "request", priority: "NORMAL" };
  return { type: "message.sent", v: 1, data };
}

/** The record of a step; ids are never the same. */
export function recordOf({
  stream: name,
  owes,
  system: delta,
  status = "active",
  unreadable = false,
  skips,
}: Step): NewRecord {
  records += 1;
  const fact = name.startsWith("messages/") ? sent(records) : STARTED;
  const body: JsonObject = unreadable
    ? { v: 1, what: "this" }
    : {
        v: 1,
        version: "1",
        epoch: 1,
        state: status === "active" ? "RUNNING" : "COMPLETED",
        status,
        hash: `h${records}`,
        owes,
        facts: [fact],
        ...(skips !== undefined && { event: { type: "troupe.skipped", seq: skips } }),
        ...(delta !== undefined && { system: delta }),
      };
  return {
    id: `id-${records}`,
    type: "moved",
    at: 1_700_000_000_000 + records,
    correlation: "c",
    body,
  };
}

/** Writes steps behind what stands in a log. */
/** What comes for an actor that is archived is not written. */
export async function write(log: EventLog, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const expected = await log.tip(step.stream);
    await log.append(step.stream, [recordOf(step)], { expected }).catch((error: unknown) => {
      if (!TroupeError.is(error, "RUN_ARCHIVED")) throw error;
    });
  }
}

/** The same records, in the same order, in another log; `first`: only so many. */
export async function copy(
  from: EventLog,
  to: EventLog,
  first = Number.POSITIVE_INFINITY,
): Promise<void> {
  let left = first;
  for await (const { stream: name, seq, position: _, ...record } of from.scan()) {
    if (left-- <= 0) return;
    await to.append(name, [record], { expected: seq - 1 });
  }
}

/** What a host must know, by one scan of everything: how it was done before there were projections. */
export async function stockByScan(log: EventLog): Promise<{
  readonly open: readonly string[];
  readonly directory: ReturnType<typeof directories>;
}> {
  const open = new Set<string>();
  const directory = directories();
  for (let partition = 0; partition < log.partitions; partition++)
    for await (const record of log.scan({ partition })) {
      const body = bodyOf(record);
      open.delete(record.stream);
      if (body === undefined || body.owes > 0) open.add(record.stream);
      if (body?.system !== undefined) directory(parseAddress(record.stream).root).apply(body.system);
    }
  return { open: [...open], directory };
}

function bodyOf(record: Scanned): RecordBody | undefined {
  try {
    return parseBody(record.body, placeOf(record));
  } catch {
    return undefined;
  }
}

/** All rows of the built-in projections, apart from their order across runs. */
export async function rowsOf(projections: Projections): Promise<unknown> {
  const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1);
  return {
    open: (await projections.rows(openActors)).toSorted(byKey),
    systems: (await projections.rows(systemIds)).toSorted(byKey),
    runs: (await projections.rows(runs)).toSorted(byKey),
    messages: (await projections.rows(messages)).toSorted(byKey),
    tables: await tablesIn(projections),
  };
}

/** What SQL finds in the tables, whatever the order of their rows. */
async function tablesIn(projections: Projections): Promise<readonly unknown[]> {
  const tables = [...RUN_TABLES, messagesTable, jobsTable];
  const each = tables.map(({ name, columns }) => {
    const cells = Object.keys(columns).join(", ");
    return `SELECT '${name}' AS name, json_array(${cells}) AS cells FROM ${name}`;
  });
  return await projections.sql(`${each.join(" UNION ALL ")} ORDER BY name, cells`);
}

/** A log whose scans are counted, and may give its partitions one after another, in any order. */
export function countedLog(
  log: EventLog,
  order?: readonly number[],
): EventLog & { readonly scanned: () => number } {
  let scanned = 0;
  async function* inOrder({ after, ...rest }: ScanOptions): AsyncGenerator<Scanned> {
    let cut = after;
    for (const partition of order ?? [])
      for await (const record of log.scan({
        ...rest,
        partition,
        ...(cut !== undefined && { after: cut }),
      })) {
        cut = record.position;
        yield record;
      }
  }
  return {
    ...log,
    async *scan(options = {}) {
      for await (const record of order === undefined ? log.scan(options) : inOrder(options)) {
        scanned += 1;
        yield record;
      }
    },
    scanned() {
      const since = scanned;
      scanned = 0;
      return since;
    },
  };
}
