/**
 * Batches of telemetry: some lines that enter the log together, as the birth of one actor.
 *
 * - The address is a hash of the lines, so the same batch again finds its actor: nothing is written.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { JsonObject } from "../json.ts";
import { readLine } from "./line.ts";

/** Of one batch; it stays under the limit above which a record's body is stored apart. */
export const BATCH_LINES = 500;
export const BATCH_BYTES = 200_000;

const Line = z.custom<JsonObject>().superRefine((value, context) => {
  const { fault } = readLine(value);
  if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
});

export const TelemetryInput = z.strictObject({ lines: z.array(Line).min(1).max(BATCH_LINES) });
export type TelemetryInput = z.infer<typeof TelemetryInput>;

/** Where a batch stands in the log. The order of a line's keys counts, as that of the lines does. */
export function telemetryAddress(lines: readonly JsonObject[]): `telemetry/${string}` {
  const hash = createHash("sha256").update(JSON.stringify(lines)).digest("hex");
  return `telemetry/${hash.slice(0, 40)}`;
}
