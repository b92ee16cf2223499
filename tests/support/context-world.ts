/** A shared context without a host: commands at times that the test says, and its one timer. */
import { initialTransition, transition, type ExecutableActionsFrom, type SnapshotFrom } from "xstate";
import type { Refusal } from "../../src/errors.ts";
import { ContextCommand, ContextInput } from "../../src/events/context/commands.ts";
import type { ContextFact } from "../../src/events/context/facts.ts";
import { during } from "../../src/events/now.ts";
import { contextMachine } from "../../src/machines/context/context.ts";
import { faultOf } from "../../src/machines/context/faults.ts";
import type { ContextState } from "../../src/machines/context/state.ts";
import type { ActorMessage } from "../../src/machines/host-actions.ts";

export class ContextWorld {
  at = 1_000;
  /** All that was said. */
  readonly facts: ContextFact[] = [];
  /** When each was said. */
  readonly times: number[] = [];
  readonly sent: ActorMessage[] = [];
  /** When the timer rings. */
  alarm: number | undefined;
  #snapshot: SnapshotFrom<typeof contextMachine>;

  constructor(input: object = {}) {
    const read = ContextInput.parse({ run: "r1", ...input });
    const [snapshot, actions] = during(this.at, () => initialTransition(contextMachine, read));
    this.#snapshot = snapshot;
    this.#take(actions);
  }

  get state(): ContextState {
    return this.#snapshot.context;
  }

  /** @returns what it says, or why it does not take it. */
  tell(command: object): readonly ContextFact[] | Refusal {
    const read = ContextCommand.parse(command);
    const fault = during(this.at, () => faultOf(this.state, read, this.at));
    if (fault !== undefined) return fault;
    return this.step(read);
  }

  /** Without asking first, as another actor sends it. */
  step(event: object): readonly ContextFact[] {
    const before = this.facts.length;
    const [snapshot, actions] = during(this.at, () =>
      transition(contextMachine, this.#snapshot, event as ContextCommand),
    ); // it may be anything
    this.#snapshot = snapshot;
    this.#take(actions);
    return this.facts.slice(before);
  }

  /** Lets time pass; the timer rings when it is due. */
  pass(ms: number): void {
    const until = this.at + ms;
    while (this.alarm !== undefined && this.alarm <= until) {
      this.at = Math.max(this.at, this.alarm);
      this.ring();
    }
    this.at = until;
  }

  ring(): void {
    this.alarm = undefined;
    this.step({ type: "DUE" });
  }

  #take(actions: readonly ExecutableActionsFrom<typeof contextMachine>[]): void {
    for (const { type, params } of actions as readonly { type: string; params: unknown }[]) {
      const { event, delay } = Object(params) as { event?: ContextFact; delay?: number }; // as xstate has them
      if (type === "xstate.emit" && event !== undefined) {
        this.facts.push(event);
        this.times.push(this.at);
      }
      if (type === "xstate.cancel") this.alarm = undefined;
      if (type === "xstate.raise" && delay !== undefined) this.alarm = this.at + delay;
      if (type === "sendToActor") this.sent.push(params as ActorMessage); // as the machine says it
    }
  }
}
