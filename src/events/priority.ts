/** How urgent a message or a job is. */
import { z } from "zod";

export const Priority = z.enum(["LOW", "NORMAL", "HIGH", "URGENT"], {
  error: ({ input }) => `${JSON.stringify(input)} is none of LOW, NORMAL, HIGH, URGENT`,
});
export type Priority = z.infer<typeof Priority>;

/** From the most urgent to the least: the order in which things are taken. */
export const PRIORITIES = ["URGENT", "HIGH", "NORMAL", "LOW"] as const satisfies readonly Priority[];
