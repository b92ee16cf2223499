/**
 * Executions as an event log in CSV, for process mining: one activity with its begin and its end a
 * row. The columns are named in the header; times are ISO 8601 in UTC.
 */
import { stringify } from "csv-stringify/sync";
import { executionsIn, isoOf, type ExportedExecution } from "./rows.ts";
import type { ExportSource } from "./source.ts";

const COLUMNS = [
  "case_id",
  "activity",
  "start_timestamp",
  "end_timestamp",
  "resource",
  "lifecycle",
  "attempt",
  "status",
  "duration_ms",
  "cost",
  "tokens",
  "calls",
  "quality",
  "refinements",
  "role",
  "model",
  "description",
  "failure",
  "source",
  "execution_id",
] as const;

type CsvRow = Readonly<Record<(typeof COLUMNS)[number], string | number | null>>;

/** Rows that are made to text at once. */
const CHUNK = 500;

/** Pieces of text, in order. A cell that a spreadsheet would run as a formula gets a `'` before it. */
export async function* exportCsv(source: ExportSource): AsyncGenerator<string> {
  let rows: CsvRow[] = [];
  const text = (header: boolean): string =>
    stringify(rows, { header, columns: [...COLUMNS], escape_formulas: true });
  let header = true;
  for await (const one of executionsIn(source)) {
    rows.push(rowOf(one));
    if (rows.length < CHUNK) continue;
    yield text(header);
    header = false;
    rows = [];
  }
  if (header || rows.length > 0) yield text(header);
}

function rowOf({ row, session }: ExportedExecution): CsvRow {
  return {
    case_id: row.workflow ?? session ?? row.id,
    activity: row.task ?? row.agent,
    start_timestamp: isoOf(row.startedAt),
    end_timestamp: isoOf(row.endedAt),
    resource: row.agent,
    lifecycle: row.status === "running" ? "start" : "complete",
    attempt: attemptIn(row.id ?? ""),
    status: row.status,
    duration_ms: row.durationMs,
    cost: row.money,
    tokens: row.tokens,
    calls: row.calls,
    quality: row.quality,
    refinements: row.refinements,
    role: row.role,
    model: row.model,
    description: row.description,
    failure: row.failure,
    source: row.source,
    execution_id: row.id,
  };
}

/** `RUN/TASK~START#ATTEMPT`; telemetry counts none. */
function attemptIn(id: string): number | null {
  const [, attempt] = /~\d+#(\d+)(?:\+\d+)?$/.exec(id) ?? [];
  return attempt === undefined ? null : Number(attempt);
}
