/** Rows of tables as a log holds them, so that questions in SQL are asked of whatever a test says. */
import type { EventLog } from "../../src/events/log/log.ts";
import type { JsonObject } from "../../src/events/json.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import type { RecordBody } from "../../src/events/record.ts";
import type { Projections } from "../../src/projections/face.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { openProjections } from "../../src/projections/runner.ts";
import type { Cell, Table } from "../../src/projections/table.ts";
import { invocations } from "../../src/projections/telemetry/invocations.ts";
import { telemetryWorkflows } from "../../src/projections/telemetry/workflows.ts";
import { RUN_TABLES } from "../../src/projections/tables/runs.ts";

type Cells = Readonly<Record<string, Cell>>;
/** By the name of their table. */
export type RowsByTable = Readonly<Record<string, readonly Cells[]>>;

const tables: readonly Table[] = [
  ...(RUN_TABLES as readonly Table[]), // their spread is replaced
  ...(invocations.tables ?? []),
  ...(telemetryWorkflows.tables ?? []),
];

const given: Projection<RowsByTable> = {
  name: "given",
  version: 1,
  key: ({ stream }) => stream,
  fold: (_, { body }) => body.born?.input as RowsByTable, // as it was written here
  tables: tables.map((table) => ({ ...table, spread: (rows: RowsByTable) => rows[table.name] ?? [] })),
};

/** Opens projections whose tables hold these rows. */
export async function openRows(...parts: readonly RowsByTable[]): Promise<Projections> {
  const log = memoryLog();
  for (const [nth, rows] of parts.entries()) await write(log, `given/r${nth}`, rows);
  return openProjections({ log, place: null, projections: [given] });
}

async function write(log: EventLog, stream: string, input: RowsByTable): Promise<void> {
  const body: RecordBody = {
    v: 1,
    version: "1",
    epoch: 1,
    born: { id: "g", input: input as unknown as JsonObject }, // cells are JSON
    state: "GIVEN",
    status: "done",
    hash: "",
    owes: 0,
  };
  const record = { id: stream, type: "troupe.started", at: 1, correlation: "c" };
  await log.append(stream, [{ ...record, body: body as unknown as JsonObject }], { expected: 0 }); // a body is JSON
}
