/** Runs that are no runs of a plan: of a user's own kinds, whose machines Troupe has not. */
import { createHost } from "../actors/host.ts";
import { begunIn } from "../actors/fork/begun.ts";
import { TroupeError } from "../errors.ts";
import { parseAddress, rootOf } from "../events/address.ts";
import type { EventLog } from "../events/log/log.ts";
import { parseBody, placeOf } from "../events/record.ts";
import { stateLabel, type RunView } from "../projections/runs-view.ts";
import { cutShortOf, forkLine } from "./fork-standing.ts";
import { kindsWith } from "./load-kinds.ts";
import { count } from "./paper.ts";
import { noSuchRun, printTable, type Shell } from "./shell.ts";
import { tameLine } from "./terminal.ts";

export interface OtherRun {
  readonly run: string;
  readonly forkOf?: RunView["forkOf"] | undefined;
  /** In the order in which they were born. */
  readonly actors: readonly {
    readonly address: string;
    readonly state: string;
    /** Whether it may still move. */
    readonly open: boolean;
    readonly records: number;
  }[];
}

/** Undefined where the log has no actor of this run. It reads the log from its beginning. */
export async function otherRun(log: EventLog, run: string): Promise<OtherRun | undefined> {
  const found = await begunIn(log, run);
  if (found === undefined) return undefined;
  const { origin, whole, records } = found;
  const actors = [...records].flatMap(([address, own]) => {
    const last = own.at(-1);
    if (last === undefined) return [];
    const { status, state } = parseBody(last.body, placeOf(last));
    return [
      { address, state: stateLabel(status, state), open: status === "active", records: last.seq },
    ];
  });
  if (origin === undefined) return { run, actors };
  const cut = whole ? {} : { cutShort: true as const };
  return { run, forkOf: { run: rootOf(origin.of), at: origin.at, ...cut }, actors };
}

/** What a command says that knows only runs of plans: of a run that there is, that it is none. */
export async function noRunOfPlan(log: EventLog, run: string): Promise<TroupeError> {
  const found = await otherRun(log, run);
  if (found === undefined) return noSuchRun(run, log);
  return new TroupeError("RUN_NOT_FOUND", noPlan(run, kindsOf(found.actors)), {
    hint: `Look at it with \`troupe show ${run}\` and \`troupe replay ${run}\`.`,
    data: { id: run },
  });
}

export function showOther({ terminal }: Pick<Shell, "terminal">, found: OtherRun): void {
  const { run, forkOf, actors } = found;
  terminal.out(`${run}: no run of a plan, ${count(actors.length, "actor")}`);
  if (forkOf !== undefined) terminal.out(tameLine(forkLine(forkOf)));
  terminal.out("");
  const rows = actors.map(({ address, state, records }) => [address, state, String(records)]);
  printTable(terminal, ["ACTOR", "STATE", "RECORDS"], rows);
  terminal.err(`look at one with \`troupe show ${actors[0]?.address}\``);
  const { hint } = cutShortOf({ run, forkOf }) ?? {};
  if (hint !== undefined) terminal.err(tameLine(hint));
  else if (actors.some(({ open }) => open)) terminal.err(`go on with ${goOn(run)}`);
}

/**
 * Runs a log with a user's kinds until all roots of the run have ended, or the user stops it.
 *
 * @param kinds the module that has them. @throws {@link TroupeError} `KIND_UNKNOWN` without it, naming what the run needs.
 */
export async function resumeOther(
  shell: Shell,
  log: EventLog,
  { run, forkOf, actors }: OtherRun,
  kinds: string | undefined,
): Promise<OtherRun | undefined> {
  const cutShort = cutShortOf({ run, forkOf });
  if (cutShort !== undefined) throw cutShort;
  if (kinds === undefined) throw ownKinds(run, actors);
  const { terminal, stop } = shell;
  const roots = actors.filter(({ address, open }) => open && parseAddress(address).path.length === 0);
  if (roots.length === 0) terminal.err(`"${run}" is over already`);
  else {
    const all = await kindsWith(shell, kinds, { env: shell.env });
    const warn = (message: string, { address = "" }: Readonly<Record<string, unknown>>): void =>
      terminal.err(tameLine(`${String(address)}: ${message}`));
    await using host = await createHost({ log, kinds: all, warn });
    terminal.err(`going on with ${run} in ${log.url}, until it ends or you stop it`);
    const ends = roots.map(({ address }) =>
      host
        .actor<`${string}/${string}`>(`${parseAddress(address).kind}/${run}`)
        .waitFor(({ status }) => status !== "active", { signal: stop }),
    );
    await Promise.all(ends).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
  }
  return otherRun(log, run);
}

function ownKinds(run: string, actors: OtherRun["actors"]): TroupeError {
  const kinds = kindsOf(actors);
  return new TroupeError("KIND_UNKNOWN", noPlan(run, kinds), {
    hint: `Go on with ${goOn(run)}.`,
    data: { run, missing: kinds },
  });
}

function kindsOf(actors: OtherRun["actors"]): readonly string[] {
  return [...new Set(actors.map(({ address }) => parseAddress(address).kind))];
}

function noPlan(run: string, kinds: readonly string[]): string {
  return `"${run}" is no run of a plan: its actors are of ${kinds.join(", ")}`;
}

function goOn(run: string): string {
  return `\`troupe resume ${run} --kinds FILE\`, where FILE exports its kinds, or \`troupe host --kinds FILE\``;
}
