/**
 * The `report` that workflows invoke at their end: what their records tell, written as files
 * into the run's folder.
 *
 * - It reads nothing but the run's records, so that a second time gives the same files.
 */
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { PromiseActorLogic } from "xstate";
import { activity } from "../actors/activity.ts";
import type { ActorRecord } from "../actors/reads.ts";
import { skippedIn } from "../events/record.ts";
import type { ReportInput } from "../events/work.ts";
import { reportFilesOf, type ReportFile } from "../projections/report.ts";
import { notMade } from "./command-faults.ts";
import { writeWhole } from "./whole-file.ts";

/** The records of a run; each call reads them anew. */
type Records = () => AsyncIterable<ActorRecord>;

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
    const files = await reportFilesOf(without(skipped, records()));
    if (skipped.size === known) return files;
  }
}

/** The records that still count; those that do not are noted on the way. */
async function* without(
  skipped: Set<string>,
  records: AsyncIterable<ActorRecord>,
): AsyncGenerator<ActorRecord> {
  for await (const record of records) {
    const { stream, seq, body } = record;
    const out = skippedIn(body);
    if (out !== undefined) skipped.add(`${stream}@${out}`);
    if (!skipped.has(`${stream}@${seq}`)) yield record;
  }
}
