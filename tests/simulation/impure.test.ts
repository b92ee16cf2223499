/** A2: in a simulation every step runs twice, so a machine that is not pure is found by the first that it does. */
import { assign, createMachine, type AnyStateMachine } from "xstate";
import { expect, it } from "vitest";
import { seedOf } from "../../src/testing/dice.ts";
import { simulate, type Drama } from "../../src/testing/simulation.ts";
import { drillDrama } from "./drills.ts";

let told = 0;

/** The drill, in which desks also do this when they are told something. */
function drillWith(also: (context: { list: unknown[] }) => object): Drama {
  const drama = drillDrama();
  const kinds = drama.kinds.map((kind) =>
    kind.kind === "desk" ? { ...kind, machine: spoilt(kind.machine as AnyStateMachine, also) } : kind,
  );
  const own: Drama["laws"]["own"] = ({ actors, fault }) => {
    for (const { address, steps } of actors.values()) {
      const last = steps.at(-1)?.body;
      if (last?.status === "error") fault(`${address} fell over: ${JSON.stringify(last.error)}`);
    }
  };
  return { ...drama, kinds, laws: { ...drama.laws, own } };
}

function spoilt(
  machine: AnyStateMachine,
  also: (context: { list: unknown[] }) => object,
): AnyStateMachine {
  const { config, implementations } = machine;
  const context = { ...(config.context as object), list: [] };
  const always = {
    on: { ...config.on, TELL: { actions: assign(({ context: c }) => also(c as never)) } },
  };
  return createMachine({ ...config, context, ...always } as never).provide(implementations as never);
}

async function found(also: (context: { list: unknown[] }) => object): Promise<string> {
  const drama = drillWith(also);
  const faults: string[] = [];
  for (let n = 0; n < 20 && faults.length === 0; n++)
    faults.push(...(await simulate(seedOf(21, n), drama)).faults);
  return faults.join("\n");
}

it.each<[string, (context: { list: unknown[] }) => object, RegExp]>([
  ["chance", () => ({ list: [Math.random()] }), /MACHINE_IMPURE.*context\.list\[0\]/s],
  ["the clock", () => ({ list: [performance.now()] }), /MACHINE_IMPURE.*context\.list\[0\]/s],
  ["a count outside", () => ({ list: [told++] }), /MACHINE_IMPURE.*context\.list\[0\]/s],
  ["a change in place", ({ list }) => ({ n: list.push(1) }), /desk.* fell over.*not extensible/s],
])("A2: %s in a machine is found by the simulation", async (_, also, words) => {
  expect(await found(also)).toMatch(words);
});

it("A2: a machine that does the same in a pure way passes", async () => {
  expect(await found(({ list }) => ({ list: [...list, 1] }))).toBe("");
});
