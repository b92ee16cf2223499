/** Texts for the critic, and what it says of one side of them. */
import { critique, type Critique } from "../../src/agents/critic/critique.ts";
import type { Dimension } from "../../src/agents/critic/validator.ts";

export const FENCE = "```";

export function dimension(found: Critique, name: string): Dimension {
  const one = found.dimensions.find((each) => each.dimension === name);
  if (one === undefined) throw new Error(`no dimension ${name}`);
  return one;
}

/** One dimension of a text. */
export const of = (name: string, text: string, requirements: readonly string[] = []): Dimension =>
  dimension(critique(text, { requirements }), name);

export const texts = (one: Dimension): readonly string[] => one.issues.map(({ text }) => text);
export const times = (text: string, count: number): string => Array(count).fill(text).join("\n\n");
export const block = (language: string, code = "x"): string => `${FENCE}${language}\n${code}\n${FENCE}`;
