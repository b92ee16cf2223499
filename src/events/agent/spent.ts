/** What calls cost. */
import { z } from "zod";

export const Spent = z.strictObject({
  calls: z.int().min(0),
  /** Input and output. */
  tokens: z.int().min(0),
  /** As the user's price callback counts it. */
  money: z.number().min(0),
  /** The length of all calls, added up. */
  timeMs: z.number().min(0),
});
export type Spent = z.infer<typeof Spent>;

export const NOTHING: Spent = { calls: 0, tokens: 0, money: 0, timeMs: 0 };

export function plus(a: Spent, b: Spent): Spent {
  return {
    calls: a.calls + b.calls,
    tokens: a.tokens + b.tokens,
    money: a.money + b.money,
    timeMs: a.timeMs + b.timeMs,
  };
}
