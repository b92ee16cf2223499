/**
 * What exports read: rows of projections, page by page, so that no log is too large.
 *
 * - Rows are spread out by the functions that fill the tables, so exports and statistics agree.
 */
import type { TroupeError } from "../../errors.ts";
import type { Projections } from "../face.ts";
import type { Projection } from "../projection.ts";
import { runs } from "../runs.ts";
import type { RunView } from "../runs-view.ts";
import { invocations, type InvocationRow } from "../telemetry/invocations.ts";
import { telemetryWorkflows, type TelemetryWorkflow } from "../telemetry/workflows.ts";

export interface Keyed<TRow> {
  readonly key: string;
  readonly row: TRow;
}

/** Each can be read any number of times. */
export interface ExportSource {
  runs(): AsyncIterable<RunView>;
  /** Of telemetry. */
  workflows(): AsyncIterable<Keyed<TelemetryWorkflow>>;
  /** Of telemetry, those of no workflow too. */
  invocations(): AsyncIterable<Keyed<InvocationRow>>;
}

/** Rows of runs are large, those of invocations small. */
const PAGE = 200;
const MANY = 2_000;

/** Everything in a log. The first page catches up with it; what comes meanwhile may or may not be there. */
export function wholeLog(projections: Pick<Projections, "sql">): ExportSource {
  return {
    async *runs() {
      for await (const { row } of pages(projections, runs, PAGE)) yield row;
    },
    workflows: () => pages(projections, telemetryWorkflows, PAGE),
    invocations: () => pages(projections, invocations, MANY),
  };
}

/**
 * Some runs, or workflows of telemetry, and what belongs to them.
 *
 * @throws {@link TroupeError} `RUN_NOT_FOUND`, when it is read.
 */
export function someOf(
  projections: Pick<Projections, "row">,
  ids: readonly string[],
  missing: (id: string) => TroupeError,
): ExportSource {
  async function* found<TRow>(
    projection: Projection<TRow>,
    keys: Iterable<string>,
  ): AsyncGenerator<Keyed<TRow>> {
    for (const key of keys) {
      const { row } = (await projections.row(projection, key)) ?? {};
      if (row !== undefined) yield { key, row };
    }
  }
  return {
    async *runs() {
      for (const id of ids) {
        const { row } = (await projections.row(runs, id)) ?? {};
        if (row !== undefined) yield row;
        else if ((await projections.row(telemetryWorkflows, id)) === undefined) throw missing(id);
      }
    },
    workflows: () => found(telemetryWorkflows, ids),
    async *invocations() {
      for await (const { row } of found(telemetryWorkflows, ids))
        yield* found(invocations, Object.keys(row.invocations));
    },
  };
}

async function* pages<TRow>(
  projections: Pick<Projections, "sql">,
  { name }: Projection<TRow>,
  size: number,
): AsyncGenerator<Keyed<TRow>> {
  const query = `SELECT key, row FROM rows_of_${name.replaceAll("-", "_")}
    WHERE key > ? AND row IS NOT NULL ORDER BY key LIMIT ${size}`;
  let last = "";
  for (let page = 0; ; page++) {
    const rows = await projections.sql(query, [last], page === 0 ? {} : { limit: 0 });
    for (const { key, row } of rows) yield { key: String(key), row: JSON.parse(String(row)) as TRow }; // what this projection's fold gave
    if (rows.length < size) return;
    last = String(rows.at(-1)?.["key"]);
  }
}
