/**
 * Every command of the command line, by its first word, in the order of `--help`. A command's code is
 * loaded when it is meant: most of the time that a short command takes is loading.
 */
import type { Command } from "commander";
import type { Shell } from "./shell.ts";

/** Puts a command into the program. */
export type AddCommand = (program: Command, shell: Shell) => void;

type Load = () => Promise<AddCommand>;

// the files with several words
const host: Load = async () => (await import("./commands/host.ts")).addHost;
const stats: Load = async () => (await import("./commands/stats.ts")).addStats;
const agents: Load = async () => (await import("./commands/agents.ts")).addAgents;

export const COMMANDS: Readonly<Record<string, Load>> = {
  run: async () => (await import("./commands/run.ts")).addRun,
  resume: async () => (await import("./commands/resume.ts")).addResume,
  pause: async () => (await import("./commands/pause.ts")).addPause,
  cancel: async () => (await import("./commands/cancel.ts")).addCancel,
  restart: async () => (await import("./commands/restart.ts")).addRestart,
  fork: async () => (await import("./commands/fork.ts")).addFork,
  approvals: async () => (await import("./commands/approvals.ts")).addApprovals,
  questions: async () => (await import("./commands/questions.ts")).addQuestions,
  checkpoint: async () => (await import("./commands/checkpoint.ts")).addCheckpoint,
  host,
  hosts: host,
  ls: async () => (await import("./commands/ls.ts")).addLs,
  show: async () => (await import("./commands/show.ts")).addShow,
  watch: async () => (await import("./commands/watch.ts")).addWatch,
  report: async () => (await import("./commands/report.ts")).addReport,
  tail: async () => (await import("./commands/tail.ts")).addTail,
  replay: async () => (await import("./commands/replay.ts")).addReplay,
  why: async () => (await import("./commands/why.ts")).addWhy,
  diff: async () => (await import("./commands/diff.ts")).addDiff,
  "upgrade-check": async () => (await import("./commands/upgrade-check.ts")).addUpgradeCheck,
  artifacts: async () => (await import("./commands/artifacts.ts")).addArtifacts,
  doctor: async () => (await import("./commands/doctor.ts")).addDoctor,
  sweep: async () => (await import("./commands/sweep.ts")).addSweep,
  copy: async () => (await import("./commands/copy.ts")).addCopy,
  backup: async () => (await import("./commands/backup.ts")).addBackup,
  restore: async () => (await import("./commands/restore.ts")).addRestore,
  archive: async () => (await import("./commands/archive.ts")).addArchive,
  erase: async () => (await import("./commands/erase.ts")).addErase,
  projections: async () => (await import("./commands/projections.ts")).addProjections,
  messages: async () => (await import("./commands/messages.ts")).addMessages,
  context: async () => (await import("./commands/context.ts")).addContext,
  queue: async () => (await import("./commands/queue.ts")).addQueue,
  planner: async () => (await import("./commands/planner.ts")).addPlanner,
  new: async () => (await import("./commands/new.ts")).addNew,
  validate: async () => (await import("./commands/validate.ts")).addValidate,
  schema: async () => (await import("./commands/schema.ts")).addSchema,
  chart: async () => (await import("./commands/chart.ts")).addChart,
  coverage: async () => (await import("./commands/coverage.ts")).addCoverage,
  asyncapi: async () => (await import("./commands/asyncapi.ts")).addAsyncApi,
  critic: async () => (await import("./commands/critic.ts")).addCritic,
  feedback: async () => (await import("./commands/feedback.ts")).addFeedback,
  evaluate: async () => (await import("./commands/evaluate.ts")).addEvaluate,
  regressions: async () => (await import("./commands/regressions.ts")).addRegressions,
  stats,
  overhead: stats,
  variants: stats,
  agents,
  "best-agent": agents,
  trends: agents,
  import: async () => (await import("./commands/import.ts")).addImport,
  export: async () => (await import("./commands/export.ts")).addExport,
  nats: async () => (await import("./commands/nats.ts")).addNats,
};

/** The commands that these arguments may mean: one where they begin with its name, else all. */
export async function commandsFor([word = ""]: readonly string[]): Promise<readonly AddCommand[]> {
  const meant = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  const loads = meant === undefined ? new Set(Object.values(COMMANDS)) : [meant];
  return Promise.all(Array.from(loads, (load) => load()));
}
