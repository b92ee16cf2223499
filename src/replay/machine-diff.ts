/**
 * What differs between two machines: by their definitions, whatever their logs say. Pure.
 *
 * - Nothing is guessed: a state under another name is one removed and one added.
 * - Of a state that is there in one of them only, its parts are not listed one by one.
 */
import type { AnyStateMachine } from "xstate";
import { factsOf, type MachinePart, type MachineFact } from "./machine-facts.ts";

export interface MachineChange {
  readonly change: "added" | "removed" | "changed";
  readonly of: MachinePart;
  /** Path of the state, joined by dots; "" is the machine itself. */
  readonly state: string;
  /** The event of a transition, the id of an invoke, the name of code; else "". */
  readonly name: string;
  /** What was said before; absent where nothing was. */
  readonly before?: string;
  readonly after?: string;
}

/** The changes that lead from one machine to another, in the order of the definitions: what is gone first. */
export function diffMachines(
  before: AnyStateMachine,
  after: AnyStateMachine,
): readonly MachineChange[] {
  const [old, now] = [factMap(before), factMap(after)];
  const gone = [...old].flatMap(([key, fact]) => (now.has(key) ? [] : [changeOf(fact, undefined)]));
  const rest = [...now].flatMap(([key, fact]) => {
    const was = old.get(key);
    return was?.text === fact.text ? [] : [changeOf(was, fact)];
  });
  const all = [...gone, ...rest];
  const whole = new Set(all.filter(isWholeState).map(({ change, state }) => `${change} ${state}`));
  return all.filter((one) => (isWholeState(one) ? !isBelow(one, whole) : !isPart(one, whole)));
}

function factMap(machine: AnyStateMachine): ReadonlyMap<string, MachineFact> {
  return new Map(factsOf(machine).map((fact) => [`${fact.of} ${fact.state} ${fact.name}`, fact]));
}

function changeOf(before: MachineFact | undefined, after: MachineFact | undefined): MachineChange {
  const { of = "state", state = "", name = "" } = after ?? before ?? {};
  const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return {
    change,
    of,
    state,
    name,
    ...(before !== undefined && { before: before.text }),
    ...(after !== undefined && { after: after.text }),
  };
}

function isWholeState({ change, of }: MachineChange): boolean {
  return of === "state" && change !== "changed";
}

/** Whether a state above it came or went likewise. */
function isBelow({ change, state }: MachineChange, whole: ReadonlySet<string>): boolean {
  const path = state.split(".");
  return path.some((_, end) => end > 0 && whole.has(`${change} ${path.slice(0, end).join(".")}`));
}

function isPart(change: MachineChange, whole: ReadonlySet<string>): boolean {
  return whole.has(`${change.change} ${change.state}`) || isBelow(change, whole);
}
