/** Who does what: one command or one agent, by a name that somebody has. */
import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/events/plan/faults.ts";

function said(plan: object, agents?: readonly string[]): readonly string[] {
  const faults = faultsOf({ name: "p", ...plan }, agents === undefined ? {} : { agents });
  return faults.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const ALL = {
  test_failure: "x",
  spec_mismatch: "x",
  timeout: "x",
  implementation_bug: "x",
  missing_dependency: "x",
  flaky_test: "x",
};

describe("who does it", () => {
  it("is a command or an agent, everywhere", () => {
    const both = { run: "true", agent: "merge" };
    const plan = {
      pattern: "saga",
      tasks: [
        { id: "a", gate: {}, compensate: both },
        { id: "b", ...both, gate: both, compensate: {} },
      ],
    };
    expect(said(plan)).toEqual([
      "tasks.0.run: it is missing",
      "tasks.0.gate.run: it is missing",
      "tasks.0.compensate.agent: it has both run and agent",
      "tasks.1.agent: it has both run and agent",
      "tasks.1.gate.agent: it has both run and agent",
      "tasks.1.compensate.run: it is missing",
    ]);
    const task = { id: "a", run: "true" };
    expect(said({ pattern: "parallel", aggregate: both, tasks: [task] })).toEqual([
      "aggregate.agent: it has both run and agent",
    ]);
    expect(said({ pattern: "hub", hub: { maxCycles: 2 }, tasks: [task] })).toEqual([
      "hub.run: it is missing",
    ]);
    expect(said({ pattern: "dynamic", generate: both })).toEqual([
      "generate.agent: it has both run and agent",
    ]);
  });

  it("an agent is one of the plan, one of the host, or merge", () => {
    const tasks = [
      { id: "a", agent: "own" },
      { id: "b", agent: "hosted" },
      { id: "c", agent: "merge", gate: { agent: "nobody" } },
    ];
    const agents = { own: { run: "true" } };
    expect(said({ tasks, agents }, ["hosted"])).toEqual(['tasks.2.gate.agent: unknown agent "nobody"']);
    expect(said({ tasks, agents })).toEqual([
      'tasks.1.agent: unknown agent "hosted"',
      'tasks.2.gate.agent: unknown agent "nobody"',
    ]);
    expect(faultsOf({ name: "p", tasks, agents }, { agents: "any" })).toEqual([]);
  });

  it("S3-034: every agent that failures are routed to is there, and the debugger for the rest", () => {
    const of = (failureRouting: object): object => ({
      tasks: [{ id: "a", run: "true", failureRouting }],
    });
    expect(said(of({ timeout: "tester", spec_mismatch: "architect" }), ["tester", "debugger"])).toEqual(
      ['tasks.0.failureRouting.spec_mismatch: unknown agent "architect"'],
    );
    expect(said(of({}), ["x"])).toEqual([
      'tasks.0.failureRouting: unknown agent "debugger", who gets test_failure, spec_mismatch, timeout, implementation_bug, missing_dependency, flaky_test',
    ]);
    expect(said(of(ALL), ["x"])).toEqual([]);
    expect(said(of({ timeout: "x" }), ["x", "debugger"])).toEqual([]);
  });

  it("T-H1: every agent that may heal is there, once, and another than the task's own", () => {
    const of = (...agents: readonly string[]): object => ({
      tasks: [{ id: "a", agent: "x", heal: { agents } }],
    });
    expect(said(of("y"), ["x", "y"])).toEqual([]);
    expect(said(of("yy"), ["x", "y"])).toEqual(['tasks.0.heal.agents.0: unknown agent "yy"']);
    expect(said(of("x"), ["x", "y"])).toEqual([`tasks.0.heal.agents.0: "x" is the task's own agent`]);
    expect(said(of("y", "y"), ["x", "y"])).toEqual(['tasks.0.heal.agents.1: "y" is named twice']);
    const [tries] = said({ tasks: [{ id: "a", agent: "x", heal: { tries: 4 } }] }, ["x"]);
    expect(tries).toMatch(/^tasks\.0\.heal\.tries: /);
  });

  it("S3-032: failures have six reasons, and no other is routed", () => {
    const { timeout: _timeout, ...five } = ALL;
    const plan = { tasks: [{ id: "a", run: "true", failureRouting: { ...five, time_out: "x" } }] };
    const [fault, ...rest] = faultsOf({ name: "p", ...plan }, { agents: ["x", "debugger"] });
    expect(rest).toEqual([]);
    expect(fault).toMatchObject({
      message: 'unknown field "time_out"',
      hint: 'Did you mean "timeout"?',
    });
    expect(said({ tasks: [{ id: "a", run: "true", failureRouting: ALL }] }, ["x"])).toEqual([]);
  });

  it.each([0, 11, 1.5])("S3-033: maxDebugAttempts is 1 to 10, so %j is refused", (maxDebugAttempts) => {
    const task = { id: "a", run: "true", failureRouting: {}, maxDebugAttempts };
    expect(said({ tasks: [task] }, ["debugger"])).toEqual([
      expect.stringMatching(/^tasks\.0\.maxDebugAttempts: /),
    ]);
  });

  it.each([1, 3, 10])("S3-033: maxDebugAttempts may be %j", (maxDebugAttempts) => {
    const task = { id: "a", run: "true", failureRouting: {}, maxDebugAttempts };
    expect(said({ tasks: [task] }, ["debugger"])).toEqual([]);
  });
});
