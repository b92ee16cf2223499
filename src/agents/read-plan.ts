/** Reads a plan from a file. */
import { readFile } from "node:fs/promises";
import { TroupeError } from "../errors.ts";
import type { Plan } from "../events/plan.ts";
import { parsePlan } from "../events/plan-text.ts";

/** @throws {@link TroupeError} `PLAN_NOT_FOUND`, `PLAN_INVALID` with every fault. */
export async function readPlan(file: string): Promise<Plan> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw notRead(file, cause);
  });
  return parsePlan(text, file);
}

function notRead(file: string, cause: unknown): TroupeError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const why =
    code === "ENOENT"
      ? "does not exist"
      : code === "EISDIR"
        ? "is a folder"
        : `cannot be read (${String(code)})`;
  return new TroupeError("PLAN_NOT_FOUND", `the plan "${file}" ${why}`, {
    hint: "Name a YAML or JSON file that you can read.",
    data: { file },
    cause,
  });
}
