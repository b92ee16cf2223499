/**
 * What a workflow and its tasks say to each other.
 */
import type { BranchReason, Failure } from "../../events/failure.ts";
import type { GateKind } from "../../events/facts/workflow.ts";

/** From a task to its workflow. */
export type TaskMessage =
  /** A human is to decide; the task waits. */
  | {
      readonly type: "TASK_ASKS";
      readonly task: string;
      readonly kind: GateKind;
      readonly question: string;
    }
  /** Somebody else is to mend it; the task waits. */
  | {
      readonly type: "TASK_BROKE";
      readonly task: string;
      /** Undefined: no rule knows it. */
      readonly reason?: BranchReason;
      /** 1: a branch todo of the task; 2: of that branch todo. */
      readonly depth: number;
      readonly parent: string;
      readonly failure: Failure;
      readonly diagnostics: string;
      /** Who it is given on to. */
      readonly to?: string;
      /** The agents that have given it on, the last one last. */
      readonly had?: readonly string[];
    };

/** Who is to apply a fix, and what they are told. */
export interface ProposedFix {
  readonly to: string;
  readonly had: readonly string[];
  readonly diagnostics: string;
}

/** From a workflow to a task. */
export type TaskOrder =
  /** What a human decided. */
  | {
      readonly type: "ANSWER";
      readonly kind: GateKind;
      readonly granted: boolean;
      readonly by?: string | undefined;
      readonly comment?: string | undefined;
    }
  | { readonly type: "BRANCH_ENDED"; readonly branch: string; readonly passed: boolean }
  /** `code`: `MAX_DEPTH_EXCEEDED`, `BRANCH_LIMIT`, `BRANCH_IN_CIRCLE`, `AGENT_UNKNOWN`. */
  | { readonly type: "BRANCH_REFUSED"; readonly code: string; readonly message: string }
  /** A fix is proposed that a human must agree to; `asked` opens the branch todo that applies it. */
  | {
      readonly type: "FIX_PROPOSED";
      readonly branch: string;
      readonly question: string;
      readonly asked: ProposedFix;
    }
  /** Stop what runs; RELEASE does it again. */
  | { readonly type: "HOLD" }
  | { readonly type: "RELEASE" };
