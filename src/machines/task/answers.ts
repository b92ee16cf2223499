/**
 * What the purpose of a piece of work asks of its answer.
 */
import { z } from "zod";
import { PlanTask } from "../../events/plan/task.ts";
import { Generated, Synthesis, Verdict, type Purpose } from "../../events/work.ts";

const ASKED: Partial<Record<Purpose, z.ZodType>> = {
  judge: Verdict,
  synthesize: Synthesis,
  generate: Generated.extend({ tasks: z.array(PlanTask) }),
};

/** What is wrong with an answer; undefined where nothing is asked of it, or nothing is wrong. */
export function faultOfAnswer(purpose: Purpose, data: unknown): string | undefined {
  const schema = ASKED[purpose];
  if (schema === undefined) return undefined;
  if (data === undefined) return `the answer to "${purpose}" has no data: write it to $TROUPE_RESULT`;
  const parsed = schema.safeParse(data);
  if (parsed.success) return undefined;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  return `the answer to "${purpose}" is wrong: ${issues.slice(0, 5).join("; ")}`;
}
