/** What a budget makes of what it hears, and whom it tells. Pure. */
import type { BudgetMessage, BudgetReply } from "../../events/agent/budget.ts";
import type { BudgetFact } from "../../events/agent/budget-facts.ts";
import { entryOf } from "../../events/entry.ts";
import type { ActorMessage } from "../host-actions.ts";
import {
  decide,
  granted,
  nextLapse,
  reservedIn,
  settled,
  withCall,
  type Purse,
  type Request,
} from "./purse.ts";

export interface Step {
  readonly purse: Purse;
  readonly facts: readonly BudgetFact[];
  readonly sends: readonly ActorMessage[];
  /** Epoch ms; undefined: nothing lapses. */
  readonly alarmAt: number | undefined;
}

/** The event of its own timer. */
export const DUE = "DUE";

export function step(
  purse: Purse,
  event: BudgetMessage | { readonly type: typeof DUE },
  at: number,
): Step {
  const turn = new Turn(purse);
  switch (event.type) {
    case "RESERVE":
      turn.ask(event);
      break;
    case "SETTLE":
      turn.settle(event.id, event.spent);
      break;
    case DUE:
      break;
  }
  turn.lapse(at);
  turn.serve(at);
  return turn.step();
}

class Turn {
  #purse: Purse;
  readonly #facts: BudgetFact[] = [];
  readonly #sends: ActorMessage[] = [];

  constructor(purse: Purse) {
    this.#purse = purse;
  }

  ask(request: Request): void {
    const { own, line } = this.#purse;
    const { agent, limits } = request;
    this.#purse = {
      ...this.#purse,
      line: [...line, request],
      ...(limits !== undefined && { own: { ...own, [agent]: limits } }),
    };
  }

  settle(id: string, spent: Extract<BudgetMessage, { type: "SETTLE" }>["spent"]): void {
    const reservation = entryOf(this.#purse.reserved, id);
    if (reservation === undefined) return this.#leave(id); // or it has lapsed
    this.#purse = settled(this.#purse, id, spent);
    const { agent } = reservation;
    const data = { id, agent, spent, total: this.#purse.spent };
    this.#facts.push({ type: "budget.settled", v: 1, data });
  }

  /** Nobody says any more what these have cost: it counts as the most. */
  lapse(at: number): void {
    for (const [id, { agent, most, until }] of Object.entries(this.#purse.reserved)) {
      if (until > at) continue;
      this.#purse = settled(this.#purse, id, most);
      const data = { id, agent, spent: most, total: this.#purse.spent };
      this.#facts.push({ type: "budget.lapsed", v: 1, data });
    }
  }

  /** Those in line, in order, as far as there is something for them. */
  serve(at: number): void {
    const waiting: Request[] = [];
    let closed = false;
    let reserved = reservedIn(this.#purse);
    for (const request of this.#purse.line) {
      const decision = decide(this.#purse, request, reserved);
      if (decision.type === "refused") this.#refuse(request, decision.message);
      else if (decision.type === "granted" && !closed) {
        this.#grant(request, at);
        reserved = withCall(reserved, request);
      } else {
        waiting.push(request);
        closed ||= decision.type === "waits" && decision.run;
      }
    }
    this.#purse = { ...this.#purse, line: waiting };
  }

  step(): Step {
    return {
      purse: this.#purse,
      facts: this.#facts,
      sends: this.#sends,
      alarmAt: nextLapse(this.#purse),
    };
  }

  /** Whoever does not wait any longer asks for nothing. */
  #leave(id: string): void {
    const line = this.#purse.line.filter((request) => request.id !== id);
    if (line.length < this.#purse.line.length) this.#purse = { ...this.#purse, line };
  }

  #grant(request: Request, at: number): void {
    const { id, agent, most } = request;
    this.#purse = granted(this.#purse, request, at);
    this.#facts.push({ type: "budget.granted", v: 1, data: { id, agent, most } });
    this.#reply(request, { type: "BUDGET_GRANTED", id });
  }

  #refuse(request: Request, message: string): void {
    const { id, agent } = request;
    this.#facts.push({ type: "budget.refused", v: 1, data: { id, agent, message } });
    this.#reply(request, { type: "BUDGET_REFUSED", id, message });
  }

  #reply({ to }: Request, event: BudgetReply): void {
    this.#sends.push({ to, event });
  }
}
