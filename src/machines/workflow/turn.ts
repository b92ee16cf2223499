/**
 * One step of a workflow while it is worked out: the run as it will be, and what is to be
 * said, started, told and stopped. It lives no longer than the step, so it may be changed in
 * place; the machine turns it into actions.
 */
import type { WorkflowFact } from "../../events/facts/workflow.ts";
import type { TaskOrder } from "../task/messages.ts";
import type { KeepInput } from "../../events/work.ts";
import type { TaskCommand } from "../../events/commands.ts";
import type { Board } from "./board.ts";
import type { WorkflowContext } from "./run.ts";

export class Turn {
  context: WorkflowContext;
  readonly facts: WorkflowFact[] = [];
  /** Ids of tasks and branch todos. */
  readonly starts: string[] = [];
  readonly stops: string[] = [];
  readonly orders: { readonly to: string; readonly event: TaskOrder | TaskCommand }[] = [];

  readonly copies: { readonly id: string; readonly input: KeepInput }[] = [];

  constructor(context: WorkflowContext) {
    this.context = context;
  }

  get board(): Board {
    return this.context.board;
  }

  set board(board: Board) {
    this.context = { ...this.context, board };
  }

  change(change: Partial<WorkflowContext>): void {
    this.context = { ...this.context, ...change };
  }

  say(...facts: readonly WorkflowFact[]): void {
    this.facts.push(...facts);
  }

  tell(to: string, event: TaskOrder | TaskCommand): void {
    this.orders.push({ to, event });
  }
}
