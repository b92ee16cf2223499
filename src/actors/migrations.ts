/**
 * When a live actor of a previous version is migrated: before it takes anything else.
 *
 * - A11. Where a custom action is in doubt, the previous version's code goes on, with what comes
 *   from inside alone, until it has run and what it sent is recorded.
 */
import type { Checkpoints } from "./checkpoint.ts";
import { draftMigration, type Draft, type Drafting } from "./draft.ts";
import { isSkip, type Input } from "./inputs.ts";
import { isOutdated, migrated, migration } from "./migrate.ts";

/**
 * What is to be written before the next input, if anything: a migration, or a checkpoint that is due.
 *
 * @param first the next input: a skip goes before all, since what it leaves out the migration leaves out.
 * @param checkpoints false while none may be written.
 */
export function nextOwn(
  drafting: Drafting,
  first: Input | undefined,
  checkpoints: Pick<Checkpoints, "next"> | false,
): Draft | undefined {
  if (first !== undefined && isSkip(first)) return undefined;
  return nextMigration(drafting) ?? (checkpoints === false ? undefined : checkpoints.next(drafting));
}

/** The migration that is due, as the next append; one that fails parks the actor. */
function nextMigration(drafting: Drafting): Draft | undefined {
  const { rt, actor } = drafting;
  const { fold, ledger } = actor;
  if (fold === undefined || !isOutdated(rt.kinds, fold)) return undefined;
  if (fold.actions.size > 0 && ledger.ran < fold.seq) return undefined;
  try {
    return draftMigration(migration(rt, fold), (...args) => migrated(rt, ...args), drafting);
  } catch (error) {
    return poisoned(fold.seq, error);
  }
}

function poisoned(seq: number, error: unknown): Draft {
  const nothing = { expected: seq, records: [], effects: [], system: [], seen: [], after: [] };
  return { ...nothing, poison: { error, seq, rest: [] } };
}
