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
import type { ReportInput } from "../events/work.ts";
import { notMade } from "./command-faults.ts";
import { writeWhole } from "./whole-file.ts";

/** One file of a report. */
export interface ReportFile {
  /** Without a folder. */
  readonly name: string;
  readonly text: string;
}

/** Makes a report of a run's records. */
export type Reporter = (
  run: string,
  records: AsyncIterable<ActorRecord>,
) => Promise<readonly ReportFile[]>;

export function reportActor(reporter: Reporter): PromiseActorLogic<{ files: string[] }, ReportInput> {
  return activity<ReportInput, { files: string[] }>(
    async ({ input: { run, artifacts }, records, signal }) => {
      const files = await reporter(run, records());
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
