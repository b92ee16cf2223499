/**
 * `troupe replay ID`: rebuilds an actor from the log, without effects, and prints its way;
 * `troupe replay FILE.jsonl ADDRESS` does so from a file of records.
 * `--verify` does so for a whole run and says only whether every state hash is the same.
 */
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { count, table } from "../paper.ts";
import { loadKinds } from "../load-kinds.ts";
import { addressesIn, replay, replayEnv, type Replayed } from "../replaying.ts";
import { stateLabel } from "../../projections/runs-view.ts";
import { addCommand, addressOf, noSuchRun, openExisting, type Shell } from "../shell.ts";
import type { Json } from "../../events/json.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  verify: z.boolean().default(false),
  kinds: z.string().optional(),
  to: z
    .string()
    .regex(/^[1-9][0-9]*$/)
    .transform(Number)
    .optional(),
});
type Options = z.infer<typeof Options>;

export function addReplay(program: Command, shell: Shell): void {
  addCommand(program, "replay", "Rebuild an actor from the log, without effects.")
    .argument("<id>", "a run's id, an address such as task/RUN:TASK, or a file of records, FILE.jsonl")
    .argument("[address]", "whom to rebuild from that file")
    .option("--to <seq>", "stop behind this record")
    .option("--verify", "rebuild every actor of the run and compare every state hash")
    .option("--kinds <file>", "a module that exports the machines as `kinds`; default: those of plans")
    .action((id: string, address: string | undefined, options: unknown) => {
      const read = readOptions(options);
      if (address === undefined && !id.endsWith(".jsonl")) return replayed(shell, id, read);
      if (address === undefined) throw noAddress(id);
      return replayed(shell, address, { ...read, log: `jsonl:${resolve(shell.folder, id)}` });
    });
}

function noAddress(file: string): TroupeError {
  return new TroupeError("USAGE", `${file} may hold many actors`, {
    hint: `Say which: troupe replay ${file} KIND/ID.`,
  });
}

function readOptions(options: unknown): Options {
  const parsed = Options.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new TroupeError("USAGE", "--to takes the number of a record", { hint: "Use 1, 2, 3, …" });
}

async function replayed(
  shell: Shell,
  id: string,
  { log: url, json, verify, to, kinds }: Options,
): Promise<void> {
  const address = addressOf(id);
  const whole = verify && !id.includes("/");
  await using log = await openExisting(url, { readOnly: true });
  const env = replayEnv(log, kinds === undefined ? undefined : await loadKinds(kinds, shell.folder));
  const addresses = whole ? await addressesIn(log, id) : [address];
  const found: Replayed[] = [];
  for (const one of addresses) found.push(await replay(env, one, to));
  const records = found.reduce((sum, one) => sum + one.steps.length, 0);
  const faults = found.flatMap(({ fault }) => fault ?? []);
  if (records + faults.length === 0) throw noSuchRun(id, log);
  if (!whole) assertReached(found, to);
  if (verify) sayVerdict(shell, { json, actors: found.length, records, faults });
  else sayWay(shell, found, json);
}

function sayVerdict(
  { terminal, exit }: Shell,
  verdict: {
    readonly json: boolean;
    readonly actors: number;
    readonly records: number;
    readonly faults: readonly TroupeError[];
  },
): void {
  const { json, actors, records, faults } = verdict;
  if (!json && faults.length > 0) throw faults[0];
  if (!json)
    return terminal.out(
      `${count(actors, "actor")}, ${count(records, "record")}: every state hash is the same`,
    );
  const listed = faults.map(({ code, message, hint, data }) => ({ code, message, hint, data }));
  terminal.out(JSON.stringify({ ok: faults.length === 0, actors, records, faults: listed }));
  if (faults.length > 0) exit(1);
}

function sayWay({ terminal }: Shell, [first]: readonly Replayed[], json: boolean): void {
  if (first === undefined) return;
  const { address, steps, context, fault } = first;
  if (fault !== undefined) throw fault;
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

function assertReached([one]: readonly Replayed[], to = 0): void {
  if (one === undefined || one.fault !== undefined || one.steps.length >= to) return;
  const last = one.steps.length;
  throw new TroupeError("USAGE", `"${one.address}" has ${count(last, "record")}, not ${to}`, {
    hint: `Use 1 to ${last}.`,
  });
}
