/** One actor, rebuilt from its records, and the verdict on many: `troupe replay ADDRESS`, `--verify`. */
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import { stateLabel } from "../projections/runs-view.ts";
import type { LoadEnv } from "../actors/load.ts";
import { count, table } from "./paper.ts";
import { replay, type Replayed } from "./replaying.ts";
import { noSuchRun, type Shell } from "./shell.ts";

export interface OneAsked {
  readonly json: boolean;
  /** Stop behind this record. */
  readonly to: number | undefined;
}

/** Prints the way of one actor. */
export async function printWay(
  shell: Shell,
  env: LoadEnv,
  address: string,
  { json, to }: OneAsked,
): Promise<void> {
  const found = await replay(env, address, to);
  const { steps, context, fault } = found;
  if (steps.length === 0 && fault === undefined) throw noSuchRun(address, env.log);
  assertReached(found, to);
  if (fault !== undefined) throw fault;
  const { terminal } = shell;
  if (json) return terminal.out(JSON.stringify({ address, steps, context }));
  const rows = steps.map(({ seq, type, state, hash }) => [
    String(seq),
    stateLabel("", state as Json), // as it was recorded
    type,
    hash,
  ]);
  const head = ["SEQ", "STATE", "RECORD", "HASH"];
  for (const line of table(head, rows, terminal.outColumns)) terminal.out(line);
}

/** Rebuilds actors, and says whether every state hash is the same. */
export async function printVerdict(
  { terminal, exit }: Shell,
  env: LoadEnv,
  addresses: readonly string[],
  { json, to, id }: OneAsked & { readonly id: string },
): Promise<void> {
  const found: Replayed[] = [];
  for (const one of addresses) found.push(await replay(env, one, to));
  const records = found.reduce((sum, one) => sum + one.steps.length, 0);
  const faults = found.flatMap(({ fault }) => fault ?? []);
  if (records + faults.length === 0) throw noSuchRun(id, env.log);
  for (const one of id.includes("/") ? found : []) assertReached(one, to);
  const actors = found.length;
  if (!json && faults.length > 0) throw faults[0];
  if (!json)
    return terminal.out(
      `${count(actors, "actor")}, ${count(records, "record")}: every state hash is the same`,
    );
  const listed = faults.map(({ code, message, hint, data }) => ({ code, message, hint, data }));
  terminal.out(JSON.stringify({ ok: faults.length === 0, actors, records, faults: listed }));
  if (faults.length > 0) exit(1);
}

function assertReached(one: Replayed, to = 0): void {
  if (one.fault !== undefined || one.steps.length >= to) return;
  const last = one.steps.length;
  throw new TroupeError("USAGE", `"${one.address}" has ${count(last, "record")}, not ${to}`, {
    hint: `Use 1 to ${last}.`,
  });
}
