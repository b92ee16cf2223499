/** Whatever is wrong with a plan is found, at its place, beside whatever else is wrong. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { parseContract } from "../../src/events/contract-faults.ts";
import { parsePlan, parseTodoList, type PlacedFault } from "../../src/events/plan/text.ts";
import { faultsOf } from "../support/plan.ts";

interface Task {
  [field: string]: unknown;
  id: unknown;
  dependsOn: string[];
  outputs: string[];
}
interface Whole {
  [field: string]: unknown;
  tasks: Task[];
}

/** A sound plan: a DAG whose tasks read what they may rely on. */
const plan: fc.Arbitrary<Whole> = fc
  .array(fc.record({ before: fc.array(fc.nat(20), { maxLength: 3 }), host: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((drawn) => ({
    name: "p",
    agents: { coder: { run: ["true"] } },
    tasks: drawn.map(({ before, host }, at) => {
      const ids = [...new Set(before.filter((n) => n < at))];
      return {
        id: `t${at}`,
        ...(host ? { run: "true" } : { agent: "coder" }),
        dependsOn: ids.map((n) => `t${n}`),
        reads: ids.map((n) => `out/${n}.md`),
        outputs: [`out/${at}.md`],
        ...(ids.length > 0 && { when: `tasks.t${ids[0]}.status == "COMPLETED"` }),
      };
    }),
  }));

/** Where a fault must stand, and what stands there in the text. */
interface Expected {
  readonly place: string;
  readonly token: string;
}

type Edit = (whole: Whole, at: number) => Expected;

function set(field: string, value: unknown, expected?: Partial<Expected>): Edit {
  return ({ tasks }, at) => {
    const task = tasks[at];
    if (task !== undefined) task[field] = value;
    return { place: `tasks[${at}].${field}`, token: JSON.stringify(value), ...expected };
  };
}

function depend(on: (id: string) => readonly string[]): Edit {
  return ({ tasks }, at) => {
    const task = tasks[at];
    task?.dependsOn.push(...on(String(task.id)));
    const last = (task?.dependsOn.length ?? 0) - 1;
    return { place: `tasks[${at}].dependsOn[${last}]`, token: JSON.stringify(task?.dependsOn[last]) };
  };
}

/** A task more, and what is wrong with it. */
function add(field: string, make: (task: Task, at: number) => object): Edit {
  return ({ tasks }, at) => {
    const [task] = tasks.slice(at);
    const made: Task = { id: `x${at}`, run: "true", dependsOn: [], outputs: [] };
    if (task !== undefined) Object.assign(made, make(task, at));
    const value: unknown = made[field];
    const place = `tasks[${tasks.push(made) - 1}].${field}`;
    return Array.isArray(value)
      ? { place: `${place}[0]`, token: JSON.stringify(value[0]) }
      : { place, token: JSON.stringify(value) };
  };
}

const EDITS: readonly Edit[] = [
  set("nope", 1, { token: '"nope"' }),
  set("compensate", { run: "x" }, { token: '"compensate"' }),
  set("id", "a b"),
  set("id", "x_branch_01"),
  set("maxRetries", "3"),
  set("priority", "urgent"),
  set("timeoutMs", 0),
  set("when", "tasks.zz.data"),
  set("when", "tasks."),
  (whole, at) => {
    set("run", undefined)(whole, at);
    return set("agent", "nobody")(whole, at);
  },
  set("failureRouting", { timeout: "coder" }, { token: '"failureRouting"' }),
  set("retryDelayMs", 400_000),
  (whole, at) => ({ ...set("gate", {})(whole, at), place: `tasks[${at}].gate.run` }),
  (whole, at) => ({
    ...set("env", { API_TOKEN: "abcdefgh" })(whole, at),
    place: `tasks[${at}].env.API_TOKEN`,
    token: '"API_TOKEN"',
  }),
  ({ tasks }, at) => {
    const task = tasks[at];
    if (task !== undefined) Object.assign(task, { run: undefined, agent: undefined });
    return { place: `tasks[${at}].run`, token: "{" };
  },
  ({ tasks }, at) => {
    if (tasks[at] !== undefined) Object.assign(tasks[at], { run: "x", agent: "coder" });
    return { place: `tasks[${at}].agent`, token: '"agent"' };
  },
  depend(() => ["nope"]),
  depend((id) => [id]),
  ({ tasks }, at) => {
    const task = tasks[at];
    task?.outputs.push(...task.outputs);
    return { place: `tasks[${at}].outputs[1]`, token: JSON.stringify(task?.outputs[1]) };
  },
  add("id", ({ id }) => ({ id })),
  add("outputs", ({ outputs }) => ({ outputs: outputs.slice(0, 1) })),
  add("reads", ({ outputs }) => ({ reads: outputs.slice(0, 1) })),
  (whole) => {
    whole["hub"] = { run: "x" };
    return { place: "hub", token: '"hub"' };
  },
  (whole) => {
    whole["concurrency"] = 0;
    return { place: "concurrency", token: "0" };
  },
];

const edits = fc.array(fc.tuple(fc.nat(EDITS.length - 1), fc.nat(11)), { minLength: 1, maxLength: 4 });

describe("every fault", () => {
  test.prop({ whole: plan })("for every sound plan, nothing is found", ({ whole }) => {
    expect(faultsOf(JSON.stringify(whole, null, 2))).toEqual([]);
  });

  test.prop({ whole: plan, picks: edits }, { numRuns: 300 })(
    "for every few faulty edits of a sound plan, each is found at its place in the text",
    ({ whole, picks }) => {
      const edited = structuredClone(whole);
      const size = edited.tasks.length;
      // one edit a task: two of one task may undo each other
      const byTask = new Map(picks.map(([pick, at]) => [at % size, EDITS[pick]]));
      const expected = [...byTask].flatMap(([at, edit]) => edit?.(edited, at) ?? []);
      const text = JSON.stringify(edited, null, 2);
      const found = faultsOf(text);
      const lines = text.split("\n");
      for (const { place, token } of expected) {
        const here = found.filter((fault) => fault.place === place);
        expect(here, `${place} in ${JSON.stringify(found, null, 1)}\n${text}`).not.toEqual([]);
        for (const { line, column } of here) {
          const rest = lines
            .slice(line - 1)
            .join("\n")
            .slice(column - 1);
          expect(flat(rest).startsWith(flat(token)), `${token} at ${line}:${column}`).toBe(true);
        }
      }
    },
  );
});

const flat = (text: string): string => text.replaceAll(/\s/g, "");

describe("whatever the value is", () => {
  const FIELDS = [
    ..."name pattern join hub generate aggregate agents limits tasks items todos id run agent".split(
      " ",
    ),
    ..."agent_role dependsOn dependencies when gate compensate failureRouting failure_routing".split(
      " ",
    ),
    ..."outputs reads cwd approval acceptance acceptance_criteria tests input metadata env".split(" "),
    ..."interfaces methods data_models fields signature contract_id __proto__ constructor".split(" "),
  ];
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      "a",
      "b",
      "",
      "hub",
      "saga",
      "sequential",
      "dynamic",
      "tasks.a.data",
      "(",
      "quorum:3",
    ),
    fc.constantFrom<unknown>(
      "\0",
      "\u00000",
      0,
      1,
      -1,
      1.5,
      null,
      true,
      "artifacts/x",
      "a_branch_01",
      "../..",
    ),
  );
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "medium" },
      leaf,
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...FIELDS), tie("any"), { maxKeys: 6 }),
    ),
  }));
  const document = fc.record(
    {
      name: fc.constant("p"),
      pattern: leaf,
      tasks: fc.array(fc.dictionary(fc.constantFrom(...FIELDS), any, { maxKeys: 6 }), { maxLength: 4 }),
      items: any,
      interfaces: any,
      agents: any,
    },
    { requiredKeys: [] },
  );

  it.each<[string, (text: string) => unknown]>([
    ["plan", (text) => parsePlan(text, "x", { type: "plan" })],
    ["plan or todo list", (text) => parsePlan(text, "x", { agents: "any" })],
    ["todo list", (text) => parseTodoList(text, "x")],
    ["contract", (text) => parseContract(text, "x")],
  ])("a %s is read, or refused with faults that have a place and words", (_what, parse) => {
    fc.assert(
      fc.property(fc.oneof(any, document), (value) => {
        for (const { line, column, message, hint = "" } of refusals(() =>
          parse(JSON.stringify(value)),
        )) {
          expect(line * column).toBeGreaterThan(0);
          expect(`${message}${hint}`).not.toMatch(/undefined|\[object|NaN/);
          expect(message).not.toBe("");
        }
      }),
      { numRuns: 500 },
    );
  });
});

function refusals(parse: () => unknown): readonly PlacedFault[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!TroupeError.is(error, "PLAN_INVALID") && !TroupeError.is(error, "CONTRACT_INVALID"))
      throw error;
    const faults: unknown = error.data["faults"];
    if (Array.isArray(faults) && faults.length > 0) return faults;
    throw error;
  }
}
