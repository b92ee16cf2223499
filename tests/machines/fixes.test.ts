/** Fixes that somebody proposes (T-H1): which are applied unasked, and what a human's word does. */
import { describe, expect, it } from "vitest";
import { fc, test } from "@fast-check/vitest";
import { DebugResult, FixKind } from "../../src/events/debug.ts";
import { fixIn, mayApply } from "../../src/machines/workflow/fixes.ts";
import { planOf, started } from "./fixture.ts";

const ROUTED = {
  status: "routed",
  target_agent: "coder",
  classification: "missing_dependency",
  analysis: "pandas is not there",
  fix: "Install pandas.",
  auto_fixable: true,
};

/** A task that heals itself has failed at all of it, and the debugger has looked at it. */
async function proposed(rest: object = {}, task: object = { heal: { tries: 1, delayMs: 1 } }) {
  const given = started(
    planOf(
      [
        { id: "t", run: "x", failureRouting: {}, ...task },
        { id: "u", run: "x" },
      ],
      { concurrency: 1 },
    ),
    { agents: ["coder", "debugger"] },
  );
  const { world } = given;
  await world.find("t").end({ exitCode: 1 });
  if ("heal" in task) {
    world.clock.increment(1);
    await world.find("t").end({ exitCode: 1 });
  }
  await world.find("t_branch_01").end({ data: { ...ROUTED, ...rest } });
  const proposals = given.facts.flatMap((fact) => (fact.type === "fix.proposed" ? [fact.data] : []));
  return { ...given, proposals };
}

const approve = (gate: string) => ({ type: "APPROVE", gate, by: "eva" }) as const;

describe("T-H1: a fix", () => {
  test.prop([fc.constantFrom(...FixKind.options), fc.double({ min: 0, max: 1, noNaN: true })])(
    "is applied unasked only at .8 or more; installing packages and changing logic always ask",
    (kind, confidence) => {
      const unasked = kind !== "install" && kind !== "logic" && confidence >= 0.8;
      expect(mayApply({ kind, confidence })).toBe(unasked ? "apply" : "ask");
    },
  );

  it("is of the kind that its debugger says, else of that which such failures take", () => {
    const of = (rest: object) => fixIn(DebugResult.parse({ ...ROUTED, ...rest }));
    expect(of({})).toEqual({ kind: "install", confidence: 0.8 });
    expect(of({ fix_kind: "config", confidence: 0.9 })).toEqual({ kind: "config", confidence: 0.9 });
    expect(of({ classification: "flaky_test", auto_fixable: false })).toEqual({
      kind: "retry",
      confidence: 0,
    });
    expect(of({ classification: undefined })?.kind).toBe("logic");
    expect(of({ fix: undefined })).toBeUndefined();
  });

  it("that installs something waits for a human, then whoever was named applies it", async () => {
    const { world, run, facts, proposals, can, ends } = await proposed();
    expect(proposals).toEqual([
      {
        task: "t",
        branch: "t_branch_01",
        to: "coder",
        kind: "install",
        confidence: 0.8,
        verdict: "ask",
      },
    ]);
    const [asked] = facts.filter(({ type }) => type === "approval.requested");
    expect(asked?.data).toMatchObject({
      gate: "t:fix",
      kind: "fix",
      question: expect.stringContaining("Install pandas."),
    });
    expect(world.names()).toEqual(["u"]); // its place is free meanwhile
    expect(can(approve("t:fix"))).toBe(true);
    run.send(approve("t:fix"));
    expect(world.names()).toEqual(["u"]);
    await world.find("u").end();
    const work = world.find("t_branch_02").package;
    expect(work).toMatchObject({ agent: "coder", purpose: "debug" });
    expect(work.branch?.diagnostics).toContain("Install pandas.");
    await world.find("t_branch_02").end();
    await world.find("t").end();
    expect(ends()).toEqual({ t: "COMPLETED", u: "COMPLETED" });
  });

  it("that a human denies fails its task", async () => {
    const { world, run, ends } = await proposed();
    run.send({ type: "DENY", gate: "t:fix", comment: "no pandas here" });
    await world.finish();
    expect(ends()).toEqual({ t: "FAILED", u: "COMPLETED" });
  });

  it("that changes a setting is applied unasked where its debugger is sure", async () => {
    const { world, proposals } = await proposed({ fix_kind: "config", confidence: 0.8 });
    expect(proposals).toMatchObject([{ verdict: "apply" }]);
    expect(world.find("t_branch_02").package.agent).toBe("coder");
    const unsure = await proposed({ fix_kind: "config", confidence: 0.79 });
    expect(unsure.proposals).toMatchObject([{ verdict: "ask" }]);
  });

  it("of a task that does not heal itself is given on as its plan says", async () => {
    const { world, proposals } = await proposed({}, {});
    expect(proposals).toEqual([]);
    expect(world.find("t_branch_02").package.agent).toBe("coder");
  });

  it("is asked about once its run is resumed", async () => {
    const given = started(
      planOf([{ id: "t", run: "x", failureRouting: {}, heal: { tries: 1, delayMs: 1 } }]),
    );
    const { world, run, facts } = given;
    await world.find("t").end({ exitCode: 1 });
    world.clock.increment(1);
    await world.find("t").end({ exitCode: 1 });
    run.send({ type: "PAUSE" });
    await world.find("t_branch_01").end({ data: ROUTED });
    expect(facts.some(({ type }) => type === "approval.requested")).toBe(false);
    run.send({ type: "RESUME" });
    expect(facts.some(({ type }) => type === "approval.requested")).toBe(true);
  });
});
