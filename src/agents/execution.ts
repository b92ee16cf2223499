/** What a run that was executed came to. */
import type { Snapshot } from "xstate";
import type { Compensation } from "../events/facts/workflow.ts";
import { WorkflowOutcome } from "../events/facts/workflow.ts";
import type { EventLog } from "../events/log/log.ts";

export interface Execution {
  /** Whether the workflow was completed. */
  readonly success: boolean;
  /** From its first record to its last, ms; a wait for a human counts. */
  readonly totalExecutionTimeMs: number;
  /** What went wrong, a line each: `TASK: CODE: message`. */
  readonly errors: readonly string[];
  /** The run's id. */
  readonly workflowId: string;
  /** Of a saga that had to undo something. */
  readonly compensation?: Compensation;
  /** As it crosses a process. */
  toJSON(): ExecutionJson;
}

/** The same for other tools; times in seconds. */
export interface ExecutionJson {
  readonly success: boolean;
  readonly total_execution_time: number;
  readonly errors: readonly string[];
  readonly workflow_id: string;
}

/** @param snapshot of the workflow, which has ended. */
export async function executionOf(
  log: EventLog,
  workflowId: string,
  snapshot: Snapshot<unknown>,
): Promise<Execution> {
  const totalExecutionTimeMs = await lastedMs(log, `workflow/${workflowId}`);
  const { success, errors, compensation } = judged(snapshot);
  return {
    success,
    totalExecutionTimeMs,
    errors,
    workflowId,
    ...(compensation !== undefined && { compensation }),
    toJSON: () => ({
      success,
      total_execution_time: totalExecutionTimeMs / 1_000,
      errors,
      workflow_id: workflowId,
    }),
  };
}

function judged({ status, output, error }: Snapshot<unknown>) {
  const parsed = WorkflowOutcome.safeParse(output);
  if (!parsed.success) {
    const why = status === "error" ? `the workflow failed: ${messageOf(error)}` : "it was stopped";
    return { success: false, errors: [why], compensation: undefined };
  }
  const { status: ended, tasks, compensation } = parsed.data;
  const failures = tasks.flatMap(({ id, failure }) =>
    failure === undefined ? [] : `${id}: ${failure.code}: ${failure.message}`,
  );
  const errors = ended === "CANCELLED" ? [...failures, "the workflow was cancelled"] : failures;
  return { success: ended === "COMPLETED", errors, compensation };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function lastedMs(log: EventLog, address: string): Promise<number> {
  const tip = await log.tip(address);
  let first: number | undefined;
  let last = 0;
  for (const seq of [1, tip])
    for await (const { at } of log.read(address, { after: seq - 1, to: seq })) {
      first ??= at;
      last = at;
    }
  return last - (first ?? last);
}
