/**
 * Judges simulated workflows: the laws of every actor, and what a workflow promises on top:
 *
 * 1. Whatever befalls the host, the run ends in the same outcome, each task says the same facts
 *    in the same order, and each effect was asked for as often as without faults.
 * 2. Once the run is over, nothing of it runs, and nothing of it lives.
 */
import { isDeepStrictEqual } from "node:util";
import type { Evidence } from "../../src/testing/evidence.ts";
import { simulatePlan, type Drama, type Verdict } from "../../src/testing/simulation.ts";
import type { Fault, Plan, Settings } from "../../src/testing/plan.ts";
import type { Replayed } from "../../src/testing/replayed.ts";
import { workflowKinds, workflowOutside, type WorkflowOutside } from "./workflows-outside.ts";
import { SCENARIOS, WORKFLOW, type Scenario } from "./workflows-plans.ts";

/** What a run comes to, without the order in which things happened beside each other. */
export interface Gist {
  /** `STATUS task=STATUS …`. */
  readonly ends: string;
  readonly output: unknown;
  /** By task: what it said. */
  readonly facts: Readonly<Record<string, readonly unknown[]>>;
  /** Each effect of the run, sorted; twice where two keys stood for it. */
  readonly effects: readonly string[];
}

export interface Play extends Verdict {
  readonly gist: Gist;
}

const CALM: Settings = {
  snapshotEvery: 8,
  checkpointEvery: 4096,
  idleMs: 3_000,
  loadedLimit: 10_000,
  mailboxLimit: 1_000,
  partitions: 1,
  fair: false,
};

/** Machines made once, and the histories that they play. */
export class Theatre {
  readonly #outside: WorkflowOutside = workflowOutside();
  readonly #kinds = workflowKinds(this.#outside);

  /** @param like what it must come to; without it, only the laws are judged. */
  async play(plan: Plan, like?: Gist): Promise<Play> {
    let gist: Gist = { ends: "nothing", output: null, facts: {}, effects: [] };
    const own = (evidence: Evidence): void => {
      gist = gistOf(evidence.actors, [...this.#outside.effects.begun.values()]);
      checkOver(evidence);
      if (like !== undefined) checkSame(gist, like, evidence.fault);
    };
    const drama: Drama = {
      kinds: this.#kinds,
      outside: this.#outside,
      story: () => [],
      laws: { actionName: () => undefined, own },
    };
    return { ...(await simulatePlan(plan, drama)), gist };
  }

  /** Without any fault, by the dice of a seed. */
  calm({ acts }: Scenario, seed = 1): Promise<Play> {
    return this.play(planWith(acts, [], seed));
  }
}

// oxlint-disable-next-line max-params -- acts, faults, and the dice for both
export function planWith(acts: Plan["acts"], faults: readonly Fault[], seed = 1): Plan {
  return { seed, settings: CALM, acts, faults };
}

export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scenario "${name}"`);
  return found;
}

function gistOf(actors: Evidence["actors"], effects: readonly string[]): Gist {
  const last = actors.get(WORKFLOW)?.steps.at(-1)?.body;
  const tasks = [...actors].filter(([address]) => address.startsWith("task/"));
  return {
    ends: endsOf(last?.output),
    output: last?.output,
    facts: Object.fromEntries(
      tasks.sort(([a], [b]) => (a < b ? -1 : 1)).map(([address, one]) => [address, saidBy(one)]),
    ),
    effects: effects.toSorted(),
  };
}

function saidBy({ steps }: Replayed): readonly unknown[] {
  return steps.flatMap(({ body }) => body.facts ?? []);
}

function endsOf(output: unknown): string {
  const { status, tasks = [] } = Object(output) as {
    // as `WorkflowOutcome` has it
    readonly status?: string;
    readonly tasks?: readonly { readonly id: string; readonly status: string }[];
  };
  const others = tasks.flatMap((one) =>
    one.status === "COMPLETED" ? [] : [`${one.id}=${one.status}`],
  );
  return [String(status), ...others].join(" ");
}

function checkSame(gist: Gist, like: Gist, fault: Evidence["fault"]): void {
  for (const part of ["ends", "output", "effects", "facts"] as const)
    if (!isDeepStrictEqual(gist[part], like[part]))
      return fault(
        `its ${part} are ${JSON.stringify(gist[part])}, without faults ${JSON.stringify(like[part])}`,
      );
}

/** Nothing lives, and nothing began, behind the record that ended the run. */
function checkOver({ actors, world, fault }: Evidence): void {
  const end = actors.get(WORKFLOW)?.steps.find(({ body }) => body.status !== "active")?.seq;
  if (end === undefined) return fault("the run never ended");
  for (const [address, one] of actors)
    if (livesOn(address, one)) fault(`${address} lives on behind the run's end`);
  const over = world.findIndex((one) => isWritten(one, end));
  for (const one of over === -1 ? [] : world.slice(over))
    if (one.what === "begun") fault(`${one.run.key} began behind the run's end`);
}

/** Whether an actor is open; a budget does not know when its run is over. */
function livesOn(address: string, { steps }: Replayed): boolean {
  return !address.startsWith("budget/") && steps.at(-1)?.body.status === "active";
}

function isWritten(one: Evidence["world"][number], end: number): boolean {
  return one.what === "appended" && one.stream === WORKFLOW && one.to >= end;
}
