/**
 * `troupe replay ID`: rebuilds an actor from the log, without effects, and prints its way.
 * `--verify` does so for a whole run and says only whether every state hash is the same.
 */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { table } from "../paper.ts";
import { addressesIn, replay, replayEnv, type Replayed } from "../replaying.ts";
import { stateLabel } from "../run-view.ts";
import { addCommand, addressOf, noSuchRun, openExisting, type Shell } from "../shell.ts";
import type { Json } from "../../events/json.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean(),
  verify: z.boolean(),
  to: z
    .string()
    .regex(/^[1-9][0-9]*$/)
    .transform(Number)
    .optional(),
});
type Options = z.infer<typeof Options>;

export function addReplay(program: Command, shell: Shell): void {
  addCommand(program, "replay", "Rebuild an actor from the log, without effects.")
    .argument("<id>", "a run's id, or an address such as task/RUN:TASK")
    .option("--to <seq>", "stop behind this record")
    .option("--verify", "rebuild every actor of the run and compare every state hash", false)
    .action((id: string, options: unknown) => replayed(shell, id, readOptions(options)));
}

function readOptions(options: unknown): Options {
  const parsed = Options.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new TroupeError("USAGE", "--to takes the number of a record", { hint: "Use 1, 2, 3, …" });
}

async function replayed(
  shell: Shell,
  id: string,
  { log: url, json, verify, to }: Options,
): Promise<void> {
  const address = addressOf(id);
  await using log = await openExisting(url, { readOnly: true });
  const env = replayEnv(log);
  const whole = verify && !id.includes("/");
  const addresses = whole ? await addressesIn(log, id) : [address];
  const found: Replayed[] = [];
  for (const one of addresses) found.push(await replay(env, one, to));
  const steps = found.reduce((sum, one) => sum + one.steps.length, 0);
  const faults = found.flatMap(({ fault }) => fault ?? []);
  if (steps === 0 && faults.length === 0) throw noSuchRun(id, log.url);
  if (faults.length > 0 && !(verify && json)) throw faults[0];
  if (verify) sayVerdict(shell, { json, actors: found.length, records: steps, faults });
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
  if (!json) return terminal.out(`${actors} actors, ${records} records: every state hash is the same`);
  const listed = faults.map(({ code, message, hint, data }) => ({ code, message, hint, data }));
  terminal.out(JSON.stringify({ ok: faults.length === 0, actors, records, faults: listed }));
  if (faults.length > 0) exit(1);
}

function sayWay({ terminal }: Shell, [first]: readonly Replayed[], json: boolean): void {
  if (first === undefined) return;
  const { address, steps, context } = first;
  if (json) return terminal.out(JSON.stringify({ address, steps, context }));
  const rows = steps.map(({ seq, type, state, hash }) => [
    String(seq),
    stateLabel("", state as Json), // as it was recorded
    type,
    hash,
  ]);
  for (const line of table(["SEQ", "STATE", "RECORD", "HASH"], rows)) terminal.out(line);
}
