/** The quality of several artifacts at once (S0-065). Pure. */
import {
  critique,
  gradeOf,
  meanOf,
  type Critique,
  type CritiqueOptions,
  type Grade,
} from "./critique.ts";

export interface Assessment {
  /** In the order in which they were given. */
  readonly artifacts: readonly (Critique & { readonly name: string })[];
  /** Of the overall scores, 0 to 1; null of none. */
  readonly mean: number | null;
  /** Of the mean; null of none. */
  readonly grade: Grade | null;
  /** Whether each of them passed. */
  readonly passed: boolean;
}

/**
 * Judges each artifact by the same requirements and validators.
 *
 * @throws as {@link critique}.
 */
export function assess(
  artifacts: readonly { readonly name: string; readonly content: string }[],
  options: CritiqueOptions = {},
): Assessment {
  const all = artifacts.map(({ name, content }) => ({ name, ...critique(content, options) }));
  const mean = all.length === 0 ? null : meanOf(all.map(({ overall }) => overall));
  return {
    artifacts: all,
    mean,
    grade: mean === null ? null : gradeOf(mean),
    passed: all.every(({ passed }) => passed),
  };
}
