/** Tools: what a model may have done while it thinks. */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { JsonObject } from "../../events/json.ts";
import type { Place } from "../../events/agent/work.ts";
import type { WorkPackage } from "../../events/work.ts";
import type { ActivityContext } from "../../actors/activity.ts";

/** What a tool gets beside its input. */
export type ToolContext = Pick<
  ActivityContext,
  "signal" | "idempotencyKey" | "fence" | "deadline" | "progress" | "log"
> & {
  /** Who calls it. */
  readonly agent: string;
  readonly work: WorkPackage;
  readonly place: Place;
};

/** A tool of any input: what agents are given. */
export interface Tool {
  readonly description: string;
  /** JSON Schema of what it takes. */
  readonly input: JsonObject;
  /**
   * Each call is an activity of its own: after a crash it is called again with the same
   * `idempotencyKey`. A text or JSON goes to the model; what it throws goes there, too.
   */
  call(input: unknown, context: ToolContext): Promise<unknown>;
}

/** Tools by the name that models call them. */
export type Tools = Readonly<Record<string, Tool>>;

/** As providers allow it. */
export const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Makes a tool. What the model gives it is checked before `run` sees it; what is wrong with it
 * goes back to the model.
 */
export function defineTool<TInput extends z.ZodType>(tool: {
  readonly description: string;
  readonly input: TInput;
  readonly run: (input: z.output<TInput>, context: ToolContext) => unknown;
}): Tool {
  const { description, input, run } = tool;
  return {
    description,
    input: z.toJSONSchema(input, { io: "input" }) as JsonObject, // a JSON Schema is JSON
    async call(given, context) {
      const parsed = input.safeParse(given);
      if (parsed.success) return run(parsed.data, context);
      throw new TroupeError("INPUT_INVALID", z.prettifyError(parsed.error), {
        hint: "Call it with what its schema asks for.",
      });
    },
  };
}
