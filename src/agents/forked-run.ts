/** What the actors of a run are told of it where it is forked: its id, and its own folder. */
import { dirname, join } from "node:path";
import type { ForkedInput, ForkOf } from "../actors/kind.ts";
import type { Json, JsonObject } from "../events/json.ts";

/** The input of an actor that knows the run by its id. */
export function inForkedRun(input: Json, { to }: ForkOf): ForkedInput {
  return { input: isObject(input) ? { ...input, run: to } : input };
}

/**
 * The input of a workflow. Its fork has a folder of its own beside that of the original, named
 * after the fork, so that neither writes into the other's.
 */
export function forkedWorkflow(input: Json, { to }: ForkOf): ForkedInput {
  if (!isObject(input)) return { input };
  const { artifacts } = input;
  if (typeof artifacts !== "string") return { input: { ...input, run: to } };
  const own = forkedFolder(artifacts, to);
  return { input: { ...input, run: to, artifacts: own }, folders: [[artifacts, own]] };
}

/** The folder of a fork, where that of the original is known. */
export function forkedFolder(artifacts: string, run: string): string {
  return join(dirname(artifacts), run);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
