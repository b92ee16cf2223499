/**
 * The command line: `troupe COMMAND …`.
 *
 * - Exit code 0 done, 1 failed, 2 called wrongly.
 * - Whatever happens ends in one error with a hint, and with `--json` in one JSON value.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import { addAgents } from "./commands/agents.ts";
import { addApprovals } from "./commands/approvals.ts";
import { addArchive } from "./commands/archive.ts";
import { addArtifacts } from "./commands/artifacts.ts";
import { addBackup } from "./commands/backup.ts";
import { addAsyncApi } from "./commands/asyncapi.ts";
import { addCancel } from "./commands/cancel.ts";
import { addChart } from "./commands/chart.ts";
import { addCheckpoint } from "./commands/checkpoint.ts";
import { addContext } from "./commands/context.ts";
import { addCoverage } from "./commands/coverage.ts";
import { addCritic } from "./commands/critic.ts";
import { addCopy } from "./commands/copy.ts";
import { addDiff } from "./commands/diff.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addErase } from "./commands/erase.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addExport } from "./commands/export.ts";
import { addFeedback } from "./commands/feedback.ts";
import { addFork } from "./commands/fork.ts";
import { addHost } from "./commands/host.ts";
import { addImport } from "./commands/import.ts";
import { addLs } from "./commands/ls.ts";
import { addMessages } from "./commands/messages.ts";
import { addNats } from "./commands/nats.ts";
import { addNew } from "./commands/new.ts";
import { addPause } from "./commands/pause.ts";
import { addPlanner } from "./commands/planner.ts";
import { addProjections } from "./commands/projections.ts";
import { addQuestions } from "./commands/questions.ts";
import { addQueue } from "./commands/queue.ts";
import { addRegressions } from "./commands/regressions.ts";
import { addReplay } from "./commands/replay.ts";
import { addReport } from "./commands/report.ts";
import { addRestart } from "./commands/restart.ts";
import { addRestore } from "./commands/restore.ts";
import { addResume } from "./commands/resume.ts";
import { addRun } from "./commands/run.ts";
import { addSchema } from "./commands/schema.ts";
import { addShow } from "./commands/show.ts";
import { addStats } from "./commands/stats.ts";
import { addSweep } from "./commands/sweep.ts";
import { addTail } from "./commands/tail.ts";
import { addUpgradeCheck } from "./commands/upgrade-check.ts";
import { addValidate } from "./commands/validate.ts";
import { addWatch } from "./commands/watch.ts";
import { addWhy } from "./commands/why.ts";
import { exitCodeOf, sayError } from "./failure.ts";
import { readLogOptions } from "./run-source.ts";
import type { Shell } from "./shell.ts";

export type Surroundings = Omit<Shell, "exit">;

/** Runs one command. Never throws; @returns the exit code. */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<0 | 1 | 2> {
  const { terminal } = surroundings;
  let code: 0 | 1 | 2 = 0;
  const shell: Shell = {
    ...surroundings,
    exit: (wanted) => {
      code = wanted;
    },
  };
  const program = programOf(shell);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const said = error instanceof CommanderError ? misuse(error, named(program, argv)) : error;
    sayError(terminal, said, argv.includes("--json"));
    return exitCodeOf(said);
  }
}

function programOf(shell: Shell): Command {
  const { terminal } = shell;
  const line = (text: string): string => text.replace(/\n$/, "");
  const program = new Command("troupe")
    .description(
      "Runs plans and state machines whose every event is in a log before anything acts on it.",
    )
    .configureOutput({
      writeOut: (text) => terminal.out(line(text)),
      writeErr: () => {}, // said once, by sayError
    })
    .version(versionOf(), "-V, --version", "print the version")
    .hook("preAction", (_, command) => readLogOptions(shell, command))
    .exitOverride();
  const runs = [
    addRun,
    addResume,
    addPause,
    addCancel,
    addRestart,
    addFork,
    addApprovals,
    addQuestions,
    addCheckpoint,
    addHost,
  ];
  const views = [
    addLs,
    addShow,
    addWatch,
    addReport,
    addTail,
    addReplay,
    addWhy,
    addDiff,
    addUpgradeCheck,
    addArtifacts,
    addDoctor,
    addSweep,
    addCopy,
    addBackup,
    addRestore,
    addArchive,
    addErase,
    addProjections,
  ];
  const team = [addMessages, addContext, addQueue];
  const plans = [addPlanner, addNew, addValidate, addSchema, addChart, addCoverage, addAsyncApi];
  const quality = [addCritic, addFeedback, addEvaluate, addRegressions];
  const analytics = [addStats, addAgents];
  const others = [addImport, addExport, addNats];
  const all = [...runs, ...views, ...team, ...plans, ...quality, ...analytics, ...others];
  for (const add of all) add(program, shell);
  return program;
}

function versionOf(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** The command that was meant, as far as it is known: `troupe approvals ls`. */
function named(program: Command, [word, ...rest]: readonly string[]): string {
  const inner = program.commands.find((command) => command.name() === word);
  return inner === undefined ? program.name() : `${program.name()} ${named(inner, rest)}`;
}

function misuse({ code, message }: CommanderError, name: string): TroupeError {
  const what = code === "commander.help" ? "no command was given" : message.replace(/^error: /, "");
  return new TroupeError("USAGE", what.replaceAll("\n", " "), { hint: `See \`${name} --help\`.` });
}
