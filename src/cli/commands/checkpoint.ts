/** `troupe checkpoint RUN --name NAME`: keeps a copy of what a run has made so far. */
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { createHost } from "../../actors/host.ts";
import { TroupeError } from "../../errors.ts";
import type { EventLog } from "../../events/log/log.ts";
import { command, type Face } from "../control.ts";
import { knownRun } from "../known-runs.ts";
import { count } from "../paper.ts";
import { addCommand, checkRunId, openExisting, type Shell } from "../shell.ts";
import { hostKinds } from "../../agents/host-kinds.ts";

const Options = z.object({ log: z.string(), json: z.boolean().default(false), name: z.string() });

export function addCheckpoint(program: Command, shell: Shell): void {
  addCommand(program, "checkpoint", "Keep a copy of what a run has made so far.")
    .argument("<run>", "a run's id")
    .requiredOption("--name <name>", "of the copy: checkpoints/NAME in the run's folder")
    .action((run: string, options: unknown) => checkpoint(shell, run, Options.parse(options)));
}

async function checkpoint(
  shell: Shell,
  run: string,
  { log: url, json, name }: z.infer<typeof Options>,
): Promise<void> {
  checkRunId(run);
  checkName(name);
  const { terminal } = shell;
  await using log = await openExisting(url);
  const before = (await knownRun(terminal, log, run)).alerts.length;
  await using face = await ownerOrClient(shell, log);
  const seq = await command(face, run, { type: "CHECKPOINT", name }, log);
  // a run ends only when its copies are made
  await face
    .actor(`workflow/${run}`)
    .waitFor(({ status, context }) => status !== "active" || context["keeping"] === 0, {
      signal: shell.stop,
    });
  const { alerts, checkpoints, artifacts } = await knownRun(terminal, log, run);
  const alert = alerts.slice(before).find(({ code }) => code === "checkpoint_failed");
  if (alert !== undefined) throw notMade(run, name, alert.message);
  const outputs = checkpoints.findLast((one) => one.name === name)?.outputs ?? [];
  const folder = join(artifacts, "checkpoints", name);
  if (json) terminal.out(JSON.stringify({ run, seq, name, folder, outputs }));
  else terminal.out(`${run}: ${count(outputs.length, "output")} kept in ${folder}`);
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return;
  throw new TroupeError("USAGE", `"${name}" is not a name for a checkpoint`, {
    hint: 'Use up to 64 letters, digits, "_" and "-".',
  });
}

function notMade(run: string, name: string, why: string): TroupeError {
  return new TroupeError("COMMAND_FAILED", `the checkpoint "${name}" was not made: ${why}`, {
    hint: "Look at the run's folder, then try it again.",
    data: { run, name },
  });
}

/** The copy is made by the owner of the log; where nobody is, that is this command. */
async function ownerOrClient(shell: Shell, log: EventLog): Promise<Face & AsyncDisposable> {
  const kinds = hostKinds({ env: shell.env });
  try {
    return await createHost({ log, kinds, recover: false });
  } catch (error) {
    if (TroupeError.is(error, "LOG_OWNED")) return await connect({ log, kinds });
    throw error;
  }
}
