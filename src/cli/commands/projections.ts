/** `troupe projections`: what is kept of a log's projections, how far it is, and questions in SQL. */
import type { Command } from "commander";
import { z } from "zod";
import type { EventLog } from "../../events/log/log.ts";
import { TroupeError } from "../../errors.ts";
import { openLog } from "../../events/log/open.ts";
import { nearest } from "../../events/nearest.ts";
import { BUILT_IN } from "../../projections/built-in.ts";
import { defineProjection } from "../../projections/define.ts";
import type { Projections } from "../../projections/face.ts";
import type { Projection } from "../../projections/projection.ts";
import { openProjections } from "../../projections/runner.ts";
import type { ProjectionStatus } from "../../projections/status.ts";
import { BUILT_IN_VIEWS } from "../../projections/views.ts";
import { telling } from "../known-runs.ts";
import { loadModule } from "../load-kinds.ts";
import { moment } from "../paper.ts";
import { addCommand, openExisting, printTable, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  projections: z.string().optional(),
});
type Options = z.infer<typeof Options>;

export function addProjections(program: Command, shell: Shell): void {
  const projections = program
    .command("projections")
    .description("What is folded of a log: rows, tables, and how far they are.");
  const add = (usage: string, summary: string): Command =>
    addCommand(projections, usage, summary).option(
      "--projections <module>",
      "a module that exports projections of yours as `projections`",
    );
  add("ls", "List the projections and their tables; nothing is folded.").action((options: unknown) =>
    list(shell, Options.parse(options)),
  );
  add("status", "Show how far each is, what stands still, and how stale it is.").action(
    (options: unknown) => status(shell, Options.parse(options)),
  );
  add("rebuild", "Fold some anew, beside what is read meanwhile.")
    .argument("[name...]", "which (default: all)")
    .action((names: readonly string[], options: unknown) =>
      rebuild(shell, names, Options.parse(options)),
    );
  add("sql", "Ask in SQL: SELECT … FROM its tables.")
    .argument("<query>", "one SELECT")
    .action((query: string, options: unknown) => sql(shell, query, Options.parse(options)));
}

async function list({ terminal, folder }: Shell, options: Options): Promise<void> {
  const all = await chosen(options, folder);
  const rows = all.flatMap(({ name, version, tables = [] }) => [
    {
      projection: name,
      version,
      table: `rows_of_${name.replaceAll("-", "_")}`,
      columns: ["key", "row", "parked"],
    },
    ...tables.map((table) => ({
      projection: name,
      version,
      table: table.name,
      columns: Object.keys(table.columns),
    })),
  ]);
  const views = await viewsOf(all);
  if (options.json) return terminal.out(JSON.stringify([...rows, ...views]));
  printTable(
    terminal,
    ["TABLE", "PROJECTION", "COLUMNS"],
    [...rows, ...views].map(({ projection, version, table, columns }) => [
      table,
      version === 0 ? "(view)" : `${projection} ${version}`,
      columns.join(", "),
    ]),
  );
}

/** Views with their columns, as SQLite finds them over empty tables. */
async function viewsOf(projections: readonly Projection[]): Promise<readonly Listed[]> {
  await using log = await openLog("memory:");
  await using opened = openProjections({ log, projections });
  const found: Listed[] = [];
  for (const { name } of BUILT_IN_VIEWS) {
    const columns = await opened.sql("SELECT name FROM pragma_table_info(?)", [name], { limit: 0 });
    const named = columns.map((column) => String(column["name"]));
    found.push({ projection: "", version: 0, table: name, columns: named });
  }
  return found;
}

interface Listed {
  readonly projection: string;
  readonly version: number;
  readonly table: string;
  readonly columns: readonly string[];
}

async function status(shell: Shell, options: Options): Promise<void> {
  const { terminal } = shell;
  await using log = await openExisting(options.log, { readOnly: true });
  await using projections = await opened(shell, log, options);
  const found = await projections.status();
  if (options.json) return terminal.out(JSON.stringify(found.map(readable)));
  printTable(
    terminal,
    ["PROJECTION", "STATE", "RECORDS", "ROWS", "PARKED", "BEHIND SINCE"],
    found.map(({ name, version, state, folded, rows, parked, behindSince }) => [
      `${name} ${version}`,
      state,
      String(folded),
      String(rows),
      String(parked),
      behindSince === undefined ? "" : moment(behindSince),
    ]),
  );
}

function readable({ behindSince, ...rest }: ProjectionStatus): object {
  const since = behindSince === undefined ? null : new Date(behindSince).toISOString();
  return { ...rest, behindSince: since };
}

async function rebuild(shell: Shell, names: readonly string[], options: Options): Promise<void> {
  const { terminal } = shell;
  const all = await chosen(options, shell.folder);
  const known = all.map(({ name }) => name);
  for (const name of names) if (!known.includes(name)) throw unknownProjection(name, known);
  await using log = await openExisting(options.log, { readOnly: true });
  await using projections = await opened(shell, log, options);
  await projections.rebuild(names.length === 0 ? undefined : names);
  const done = names.length === 0 ? known : names;
  if (options.json) terminal.out(JSON.stringify({ rebuilt: done }));
  else terminal.out(`rebuilt: ${done.join(", ")}`);
}

async function sql(shell: Shell, query: string, options: Options): Promise<void> {
  const { terminal } = shell;
  await using log = await openExisting(options.log, { readOnly: true });
  await using projections = await opened(shell, log, options);
  await projections.catchUp();
  shell.letGo?.(); // SQLite answers without a pause, and there are questions without an end
  const rows = await projections.sql(query, [], { limit: 0 });
  if (options.json) return terminal.out(JSON.stringify(rows));
  const [first] = rows;
  if (first === undefined) return terminal.err("no rows");
  const columns = Object.keys(first);
  printTable(
    terminal,
    columns.map((column) => column.toUpperCase()),
    rows.map((row) => columns.map((column) => String(row[column] ?? ""))),
  );
}

async function opened(
  { terminal, folder }: Shell,
  log: EventLog,
  options: Options,
): Promise<Projections> {
  const projections = await chosen(options, folder);
  return openProjections({ log, projections, ...telling(terminal, log.url) });
}

/** The built-in ones and the user's. @throws {@link TroupeError} `USAGE`, `PROJECTION_INVALID`. */
async function chosen(
  { projections: module }: Options,
  folder: string,
): Promise<readonly Projection[]> {
  if (module === undefined) return BUILT_IN;
  const { projections } = await loadModule(module, folder, `--projections ${module}`);
  if (Array.isArray(projections) && projections.length > 0 && projections.every(isProjection))
    return [...BUILT_IN, ...projections.map((one) => defineProjection(one))];
  throw new TroupeError("PROJECTION_INVALID", `${module} exports no projections`, {
    hint: "Export them: `export const projections = [defineProjection({ … })];`.",
  });
}

function isProjection(value: unknown): value is Projection {
  const { name, version, key, fold } = Object(value) as Partial<Projection>; // whatever it is
  const named = typeof name === "string" && typeof version === "number";
  return named && typeof key === "function" && typeof fold === "function";
}

function unknownProjection(name: string, known: readonly string[]): TroupeError {
  const near = nearest(name, known);
  return new TroupeError("USAGE", `there is no projection "${name}"`, {
    hint: near === undefined ? `There are ${known.join(", ")}.` : `Did you mean "${near}"?`,
    data: { name },
  });
}
