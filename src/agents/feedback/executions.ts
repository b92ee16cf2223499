/**
 * Every attempt of every run of a log, to be asked for and to be rated (S2-030).
 *
 *     const failed = await executions(host, { agent: "coder", outcome: "FAILED" });
 *     await giveFeedback(host, { run: "r1", task: "build", rating: 4, by: "ada" });
 */
import type { Actors } from "../../actors/face.ts";
import { TroupeError } from "../../errors.ts";
import type { FeedbackFact } from "../../events/feedback.ts";
import { nearest } from "../../events/nearest.ts";
import {
  executionsOf,
  type TaskExecution,
  type ExecutionFilter,
} from "../../projections/executions.ts";
import { runs } from "../../projections/runs.ts";
import { startedOnce } from "../team/started-once.ts";
import type { FeedbackKind } from "./feedback-kind.ts";

/** What a host and a client offer, whatever other kinds they have. */
export type FeedbackActors = Pick<
  Actors<readonly [FeedbackKind]>,
  "~kinds" | "start" | "actor" | "rows"
>;

/** What somebody thinks of an execution. */
export interface Feedback extends Readonly<FeedbackFact["data"]> {
  readonly run: string;
}

/** The executions of all runs, or of some, the earliest first. */
export async function executions(
  actors: Pick<FeedbackActors, "rows">,
  filter: ExecutionFilter = {},
): Promise<readonly TaskExecution[]> {
  const found = await actors.rows(runs, filter.run);
  return executionsOf(
    found.flatMap(({ row }) => row ?? []),
    filter,
  );
}

/**
 * Rates an execution; once per call, also of a run that is over.
 *
 * @param actors a host or a client with `feedbackKind` among its kinds.
 * @throws {@link TroupeError} `EXECUTION_UNKNOWN`, `EVENT_INVALID`.
 */
export async function giveFeedback(actors: FeedbackActors, { run, ...said }: Feedback): Promise<void> {
  const known = await executions(actors, { run });
  const { task, attempt } = said;
  const meant = known.filter((one) => one.task === task);
  if (!meant.some((one) => attempt === undefined || one.attempt === attempt))
    throw unknownExecution(run, said, known);
  const address = `feedback/${run}` as const;
  await startedOnce(actors.start(address, { input: { run } }));
  await actors.actor(address).send({ type: "GIVE", ...said });
}

function unknownExecution(
  run: string,
  { task, attempt }: Pick<Feedback, "task" | "attempt">,
  known: readonly TaskExecution[],
): TroupeError {
  const what = attempt === undefined ? `"${task}"` : `attempt ${attempt} of "${task}"`;
  const tasks = [...new Set(known.map((one) => one.task))];
  const near = tasks.includes(task) ? undefined : nearest(task, tasks);
  const has = tasks.length === 0 ? "nothing has begun there" : `it has ${tasks.join(", ")}`;
  return new TroupeError("EXECUTION_UNKNOWN", `run "${run}" has no ${what}`, {
    hint: near === undefined ? `Look at \`troupe show ${run}\`: ${has}.` : `Did you mean "${near}"?`,
    data: { run, task, ...(attempt !== undefined && { attempt }) },
  });
}
