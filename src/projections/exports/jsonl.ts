/** Everything as lines of telemetry (T-O0): what `troupe import` reads. */
import type { JsonObject } from "../../events/json.ts";
import { linesOfRun } from "./run-lines.ts";
import type { ExportSource } from "./source.ts";
import { linesOfInvocation, linesOfWorkflow } from "./telemetry-lines.ts";

/** Pieces of text, in order. */
export async function* exportJsonl(source: ExportSource): AsyncGenerator<string> {
  for await (const line of linesIn(source)) yield `${JSON.stringify(line)}\n`;
}

async function* linesIn(source: ExportSource): AsyncGenerator<JsonObject> {
  for await (const view of source.runs()) yield* linesOfRun(view);
  for await (const { key, row } of source.workflows()) yield* linesOfWorkflow(key, row);
  for await (const { key, row } of source.invocations()) yield* linesOfInvocation(key, row);
}
