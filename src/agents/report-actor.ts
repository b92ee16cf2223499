/**
 * The `report` that workflows invoke at their end: what their records tell, written as files
 * into the run's folder.
 *
 * - It reads nothing but the run's records, so that a second time gives the same files.
 */
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { PromiseActorLogic } from "xstate";
import { z } from "zod";
import { activity } from "../actors/activity.ts";
import { parseAddress } from "../events/address.ts";
import { Assigned } from "../events/commands.ts";
import { WorkflowFact } from "../events/facts/workflow.ts";
import { skippedIn, type RecordedEvent } from "../events/record.ts";
import type { ReportInput } from "../events/work.ts";
import type { StepRecord } from "../projections/projection.ts";
import { reportFilesOf, type ReportFile } from "../projections/report.ts";
import { notMade } from "./command-faults.ts";
import { writeWhole } from "./whole-file.ts";

/** The records of an actor, by default of the workflow; each call reads them anew. */
type Records = (address?: string) => AsyncIterable<StepRecord>;

/** Makes a report of a run's records. */
export type Reporter = (records: Records) => Promise<readonly ReportFile[]>;

/** @param reporter default: the report that the run's pattern asks for. */
export function reportActor(
  reporter: Reporter = reportOfRun,
): PromiseActorLogic<{ files: string[] }, ReportInput> {
  return activity<ReportInput, { files: string[] }>(
    async ({ input: { artifacts }, records, signal }) => {
      const files = await reporter(records);
      signal.throwIfAborted();
      await mkdir(artifacts, { recursive: true }).catch((cause: unknown) => {
        throw notMade(artifacts, cause);
      });
      const written: string[] = [];
      for (const { name, text } of files) {
        const path = join(artifacts, basename(name));
        await writeWhole(path, async (file) => file.writeFile(text));
        written.push(path);
      }
      return { files: written };
    },
  );
}

/** The report that the run's pattern asks for; read once more, without it, where a record was taken out (A5). */
export async function reportOfRun(records: Records): Promise<readonly ReportFile[]> {
  const skipped = new Set<string>();
  for (;;) {
    const known = skipped.size;
    const files = await reportFilesOf(without(skipped, ofRun(records)));
    if (skipped.size === known) return files;
  }
}

/** Those of the workflow, then of each task that it has started: no other run is read. */
async function* ofRun(records: Records): AsyncGenerator<StepRecord> {
  const started = new Map<string, number>();
  let run = "";
  for await (const record of records()) {
    run = parseAddress(record.stream).root;
    for (const id of record.body.facts?.flatMap(startedBy) ?? [])
      started.set(id, (started.get(id) ?? 0) + 1);
    yield record;
  }
  for (const [id, times] of started)
    for (let time = 1; time <= times; time++) yield* ofTask(records, `${run}:${id}${again(time)}`);
}

/** Those of a task, then of the agents that it has started: these are numbered without a gap. */
async function* ofTask(records: Records, task: string): AsyncGenerator<StepRecord> {
  let actors = false;
  for await (const record of records(`task/${task}`)) {
    actors ||= hasActors(record);
    yield record;
  }
  if (!actors) return;
  for (const role of ["work", "judge"])
    for (let time = 1, found = true; found; time++) {
      found = false;
      for await (const record of records(`agent/${task}:${role}${again(time)}`)) {
        found = true;
        yield record;
      }
    }
}

const Doers = z.object({ doer: Assigned, judge: Assigned.optional() });

/** Whether a task's first record says that an agent of it may be an actor. */
function hasActors({ body: { born } }: StepRecord): boolean {
  const doers = Doers.safeParse(born?.input);
  return doers.success && [doers.data.doer, doers.data.judge].some((one) => one?.actor === true);
}

/** As incarnations are numbered. */
function again(time: number): string {
  return time === 1 ? "" : `~${time}`;
}

/** The task or branch todo that starts with a fact. */
function startedBy(fact: RecordedEvent): readonly string[] {
  const { data } = WorkflowFact.safeParse(fact);
  if (data?.type === "task.delegated") return [data.data.task];
  return data?.type === "branch.opened" ? [data.data.branch] : [];
}

/** The records that still count; those that do not are noted on the way. */
async function* without(
  skipped: Set<string>,
  records: AsyncIterable<StepRecord>,
): AsyncGenerator<StepRecord> {
  for await (const record of records) {
    const { stream, seq, body } = record;
    const out = skippedIn(body);
    if (out !== undefined) skipped.add(`${stream}@${out}`);
    if (!skipped.has(`${stream}@${seq}`)) yield record;
  }
}
