/** Whatever is sent to a task, whenever: it waits for something, and can end. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { TaskOrder } from "../../src/machines/task/messages.ts";
import { settled, startedTask } from "./fixture.ts";
import type { Work } from "./work.ts";

const KINDS = ["before", "after", "quality", "escalation", "fix"] as const;

const tasks = fc.record({
  agent: fc.constant("a"),
  maxRetries: fc.nat(2),
  outputs: fc.constantFrom([], ["a.md"]),
  acceptance: fc.constantFrom([], [{ cmd: "t" }]),
  approval: fc.constantFrom([], ["after"]),
  gate: fc.option(fc.record({ agent: fc.constant("j"), maxReworks: fc.nat(1) }), { nil: undefined }),
  heal: fc.constantFrom(undefined, {}, { agents: ["b"], tries: 2 }),
  failureRouting: fc.constantFrom(undefined, {}),
});

const orders: fc.Arbitrary<TaskOrder> = fc.oneof(
  fc.constant({ type: "HOLD" as const }),
  fc.constant({ type: "RELEASE" as const }),
  fc.record({
    type: fc.constant("ANSWER" as const),
    kind: fc.constantFrom(...KINDS),
    granted: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("BRANCH_ENDED" as const),
    branch: fc.constantFrom("t1_branch_01", "t1_branch_01_branch_01", "t2_branch_01"),
    passed: fc.boolean(),
  }),
  fc.constant({
    type: "FIX_PROPOSED" as const,
    branch: "t1_branch_01",
    question: "Go on?",
    asked: { to: "coder", had: [], diagnostics: "d" },
  }),
  fc.constant({ type: "BRANCH_REFUSED" as const, code: "BRANCH_LIMIT", message: "all used" }),
);

/** An order; or the work ends (well, or in one of some other ways); or time passes. */
const moves = fc.array(
  fc.oneof(
    orders,
    fc.record({ type: fc.constant("end" as const), how: fc.nat(3) }),
    fc.constant({ type: "time" as const }),
  ),
  { maxLength: 30 },
);

function end(work: Work, how: number): Promise<void> {
  if (how === 0) return work.end();
  if (how === 1) return work.fail(new Error("no"));
  if (work.purpose === "checks") return work.endBadly("", how === 2 ? ["a.md"] : []);
  return work.end(how === 2 ? { data: { completeness: 1, accuracy: 1 } } : { data: "?" });
}

type Given = ReturnType<typeof startedTask>;

/** It stands where something can come, and only one thing is at work. */
function isSound({ world, task, state }: Given): void {
  const { status } = task.getSnapshot();
  expect(["active", "done"]).toContain(status);
  const waits = JSON.stringify(state()).startsWith('{"WAITING"');
  expect(world.open).toHaveLength(status === "done" || waits ? 0 : 1);
}

/** The shortest way on. */
async function goOn({ world, task, state }: Given): Promise<void> {
  const { asked = "after", branch } = task.getSnapshot().context;
  await world.open[0]?.end();
  world.clock.increment(1_000_000);
  const at = JSON.stringify(state());
  if (at.includes("held")) task.send({ type: "RELEASE" });
  if (at.includes("approval")) task.send({ type: "ANSWER", kind: asked, granted: true });
  if (at.includes("branch"))
    task.send({ type: "BRANCH_ENDED", branch: `${branch.parent}_branch_01`, passed: true });
  await settled();
}

describe("a task of any kind", () => {
  test.prop({ rest: tasks, history: moves }, { numRuns: 300 })(
    "for every history, it is never stuck, and does one thing at a time",
    async ({ rest, history }) => {
      const given = startedTask(JSON.parse(JSON.stringify(rest)) as object);
      const { world, task, facts } = given;
      for (const move of history) {
        if (task.getSnapshot().status === "done") break;
        if (move.type === "end") await (world.open[0] && end(world.open[0], move.how));
        else if (move.type === "time") world.clock.increment(1_000_000);
        else task.send(move);
        await settled();
        isSound(given);
      }
      for (let i = 0; task.getSnapshot().status === "active"; i++) {
        expect(i).toBeLessThan(50);
        await goOn(given);
        isSound(given);
      }
      const over = facts.filter(({ type }) => /^task\.(completed|failed|cancelled)$/.test(type));
      expect(over).toEqual([facts.at(-1)]);
      const tried = facts.flatMap((fact) =>
        fact.type === "healing.tried" ? [fact.data.strategy] : [],
      );
      expect(tried.length).toBe(new Set(tried).size);
      expect(tried.length).toBeLessThanOrEqual(rest.heal === undefined ? 0 : 3);
      const { attempts } = task.getSnapshot().output ?? {};
      const started = facts.flatMap((fact) =>
        fact.type === "task.started" ? [fact.data.attempt] : [],
      );
      expect(Math.max(...started)).toBe(attempts);
    },
  );

  test.prop({ rest: tasks, history: moves, late: orders }, { numRuns: 200 })(
    "for every history, an order that it does not wait for changes nothing",
    async ({ rest, history, late }) => {
      const given = startedTask(JSON.parse(JSON.stringify(rest)) as object);
      const { world, task, facts } = given;
      for (const move of history) {
        if (task.getSnapshot().status === "done") return;
        if (move.type === "end") await (world.open[0] && end(world.open[0], move.how));
        else if (move.type === "time") world.clock.increment(1_000_000);
        else task.send(move);
        await settled();
      }
      const before = task.getSnapshot();
      if (before.status === "done" || before.can(late)) return;
      const said = facts.length;
      task.send(late);
      expect(task.getSnapshot().context).toEqual(before.context);
      expect(task.getSnapshot().value).toEqual(before.value);
      expect(facts).toHaveLength(said);
    },
  );
});
