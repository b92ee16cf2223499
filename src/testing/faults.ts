/** Which fault befalls what: the plan's faults, and how often each thing has come by. */
import type { CrashPoint } from "../actors/runtime.ts";
import type { Fault, Plan } from "./plan.ts";

type Of<TName extends Fault["fault"]> = Extract<Fault, { readonly fault: TName }>;
export type TurnFault = Of<"kill"> | Of<"close"> | Of<"takeover"> | Of<"join"> | Of<"clock">;
/** What fails once when it comes by for the nth time. */
type Failing = "snapshot" | "read" | "members" | "claim" | "answer";

export class Faults {
  /** How often each fault really happened. */
  readonly happened = new Map<string, number>();
  #faults: readonly Fault[];
  readonly #passed = new Map<string, number>();
  #turns: readonly TurnFault[];

  constructor({ faults }: Plan) {
    this.#faults = faults;
    this.#turns = faults.filter(isTurnFault).sort((a, b) => a.turn - b.turn);
  }

  /** From now on nothing happens any more. */
  end(): void {
    this.#faults = this.#turns = [];
  }

  note(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }

  /** Whether the host dies at this point now. */
  crash(point: CrashPoint): boolean {
    const nth = this.#pass(point);
    const dies = this.#faults.some(
      (one) => one.fault === "crash" && one.point === point && one.nth === nth,
    );
    if (dies) this.note(`crash ${point}`);
    return dies;
  }

  append(): Of<"append"> | undefined {
    const nth = this.#pass("append");
    const found = this.#faults.find(
      (one): one is Of<"append"> =>
        one.fault === "append" && one.nth <= nth && nth < one.nth + one.times,
    );
    if (found !== undefined) this.note(`append ${found.how}`);
    return found;
  }

  /** Whether this use of the snapshots, this reading, this question or answer among hosts fails. */
  fails(what: Failing): boolean {
    const nth = this.#pass(what);
    const fails = this.#faults.some((one) => one.fault === what && one.nth === nth);
    if (fails) this.note(what);
    return fails;
  }

  /** For how many turns who appends now goes on without its partition; undefined: it does not lose it. */
  usurps(): number | undefined {
    const nth = this.#pass("usurp");
    return this.#faults.find((one): one is Of<"usurp"> => one.fault === "usurp" && one.nth === nth)
      ?.turns;
  }

  /** What is due before this turn. */
  due(turn: number): readonly TurnFault[] {
    if ((this.#turns[0]?.turn ?? Number.POSITIVE_INFINITY) > turn) return [];
    const due = this.#turns.filter((one) => one.turn <= turn);
    this.#turns = this.#turns.filter((one) => one.turn > turn);
    return due;
  }

  /** How often each point, and each use of the log, has come by. */
  get passed(): ReadonlyMap<string, number> {
    return this.#passed;
  }

  #pass(what: string): number {
    const nth = (this.#passed.get(what) ?? 0) + 1;
    this.#passed.set(what, nth);
    return nth;
  }
}

function isTurnFault(fault: Fault): fault is TurnFault {
  return "turn" in fault;
}
