/**
 * A walk as a log: the records that a host would have written, one a line, as far as it could.
 * `troupe replay FILE ADDRESS --kinds MODULE` reads it.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readingStepper } from "../../actors/client.ts";
import { lineOf } from "../../events/log/file/format.ts";
import type { Recorded } from "../../events/log/log.ts";
import { memoryLog } from "../../events/log/memory.ts";
import type { Stage } from "../walk/stage.ts";
import { stopsOf, type Walk } from "../walk/walks.ts";

/** Where it is, and how far it goes where it does not go to the end. */
export interface Kept {
  readonly file?: string;
  readonly short?: string;
}

export async function keep(stage: Stage, walk: Walk, file: string): Promise<Kept> {
  const { records, short } = recordsOf(stage, walk);
  try {
    await using log = memoryLog();
    for (const record of records)
      await log.append(record.stream, [record], { expected: record.seq - 1 }); // it refuses what no log takes
    const text = records.map((record) => `${lineOf(record)}\n`).join("");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return { file, ...(short !== undefined && { short }) };
  } catch (error) {
    return { short: messageOf(error) };
  }
}

/** Stepped as in production, where nothing is frozen: the log holds what a host would have done. */
export function recordsOf(
  stage: Stage,
  walk: Walk,
): { readonly records: readonly Recorded[]; readonly short?: string } {
  const records: Recorded[] = [];
  try {
    for (const { moved } of stopsOf({ ...stage, stepper: readingStepper(stage.kinds) }, walk)) {
      if (moved.record !== undefined) records.push(moved.record);
      if (moved.outcome === "failed") return { records, short: messageOf(moved.error) };
    }
    return { records };
  } catch (error) {
    return { records, short: messageOf(error) };
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
