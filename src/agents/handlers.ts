/**
 * Handlers of facts: what somebody wants to hear of what actors emit, wherever they run
 * (S4-009).
 *
 * - A fact reaches a handler once, after it is on disk, in the order of its actor's log.
 * - What a handler throws is told to `onError`, and keeps neither the run nor the next fact
 *   from anything: handlers stand beside the log, and nothing waits for them.
 */
import type { Actors } from "../actors/face.ts";
import type { AnyKind } from "../actors/kind.ts";
import type { ActorRecord } from "../actors/reads.ts";
import type { AgentFact } from "../events/agent/facts.ts";
import type { BudgetFact } from "../events/agent/budget-facts.ts";
import type { TaskFact } from "../events/facts/task.ts";
import type { WorkflowFact } from "../events/facts/workflow.ts";
import type { Position } from "../events/log/log.ts";
import type { RecordedEvent } from "../events/record.ts";

/** What workflows and tasks emit, and their agents and budgets. */
export type PlanFact = TaskFact | WorkflowFact | AgentFact | BudgetFact;

/** The fact of a type: of those with its fields, of other machines as recorded. */
export type FactOf<TType extends string> = TType extends PlanFact["type"]
  ? Extract<PlanFact, { readonly type: TType }>
  : RecordedEvent;

/** Hears of a fact; `record` is where it stands. */
export type FactHandler<TType extends string> = (
  fact: FactOf<TType>,
  record: ActorRecord,
) => void | Promise<void>;

export interface FactOptions<TType extends string> {
  /** Which facts. */
  readonly types: readonly TType[];
  /** One at a time: the next fact waits for it. */
  readonly handler: FactHandler<TType>;
  /** Hears what the handler threw. Default: nobody. */
  readonly onError?: (error: unknown, record: ActorRecord) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Only facts of this run. Default: of all. */
  readonly run?: string;
  /** Only what stands behind this cut, such as `record.position` of the last one that was handled. Default: all that the log holds. */
  readonly after?: Position;
}

/**
 * Calls a handler with each fact of some types, of the past and from now on. Resolves when the
 * signal aborts.
 *
 * @throws what reading the log throws.
 */
export async function onFacts<const TType extends string>(
  client: Pick<Actors<readonly AnyKind[]>, "records">,
  { types, handler, onError, signal, run, after }: FactOptions<TType>,
): Promise<void> {
  const wanted = new Set<string>(types);
  const from = {
    ...(run !== undefined && { root: run }),
    ...(after !== undefined && { after }),
  };
  for await (const record of client.records({ ...from, signal })) {
    if (record.body.copied === true) continue; // it happened in the run that this one is a fork of
    for (const fact of record.body.facts ?? []) {
      if (!wanted.has(fact.type)) continue;
      if (signal.aborted) return;
      try {
        await handler(fact as FactOf<TType>, record); // its machine emits no other fact of this type
      } catch (error) {
        tell(onError, error, record);
      }
    }
  }
}

/** Whoever is told may fail as well. */
function tell(onError: FactOptions<string>["onError"], error: unknown, record: ActorRecord): void {
  try {
    onError?.(error, record);
  } catch {
    // there is nobody left to tell
  }
}
