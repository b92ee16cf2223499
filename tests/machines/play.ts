/**
 * Runs that go as a generator says: each piece of work ends as its fate decides, whenever a
 * move comes to it, and whatever else happens in between.
 */
import assert from "node:assert/strict";
import { TroupeError } from "../../src/errors.ts";
import type { WorkflowCommand } from "../../src/events/commands.ts";
import type { Plan } from "../../src/events/plan/plan.ts";
import { openGates } from "../../src/machines/workflow/asking.ts";
import { entriesWhere, entryAt } from "../../src/machines/workflow/board.ts";
import { graphOf } from "../../src/machines/workflow/graph.ts";
import { openBranches } from "../../src/machines/workflow/run.ts";
import { endsOf, settled, started } from "./fixture.ts";
import type { Work } from "./work.ts";

/** 0 to 9 for a name; the same for the same name. */
export type Fate = (name: string) => number;

export type Move =
  | { readonly type: "end"; readonly pick: number }
  | { readonly type: "answer"; readonly pick: number }
  | { readonly type: "time" }
  | { readonly type: "pause"; readonly hard: boolean }
  | { readonly type: "resume" }
  | { readonly type: "cancel" }
  | { readonly type: "cancelTask"; readonly pick: number }
  | { readonly type: "restart"; readonly pick: number }
  | { readonly type: "checkpoint" }
  | { readonly type: "stray"; readonly pick: number };

export class Play {
  readonly #fate: Fate;
  readonly plan: Plan;
  readonly started: ReturnType<typeof started>;
  restarts = 0;

  constructor(plan: Plan, fate: Fate) {
    this.plan = plan;
    this.#fate = fate;
    this.started = started(plan);
  }

  get context() {
    return this.started.run.getSnapshot().context;
  }

  get status() {
    return this.started.run.getSnapshot().status;
  }

  get isPaused(): boolean {
    return this.started.run.getSnapshot().value === "PAUSED";
  }

  /** How every task ended, and the run. */
  get ends(): Readonly<Record<string, string>> {
    const { value } = this.started.run.getSnapshot();
    const found = endsOf(this.started.run.getSnapshot().output?.tasks ?? []);
    const statuses = Object.entries(found).map(([id, how]) => [id, how.split(" ")[0] ?? how]);
    return { ...Object.fromEntries(statuses), "": JSON.stringify(value) };
  }

  async move(move: Move): Promise<void> {
    const { world } = this.started;
    if (move.type === "end") await this.#end(world.open[move.pick % Math.max(1, world.open.length)]);
    else if (move.type === "answer") this.#answer(move.pick);
    else if (move.type === "time") world.clock.increment(1_000_000);
    else this.#command(move);
    await settled();
    this.check();
  }

  /** On to the end: all that is waited for comes. */
  async finish(): Promise<void> {
    for (let i = 0; this.status === "active"; i++) {
      assert(i < 2_000, "it never ends");
      await this.move({ type: "resume" });
      await this.move(this.#next());
    }
    assert.equal(this.status, "done");
    assert.deepEqual(this.started.world.names(), []);
    assert.deepEqual(Object.keys(this.started.run.getSnapshot().children), []);
  }

  #next(): Move {
    if (this.started.world.open.length > 0) return { type: "end", pick: 0 };
    return this.gates().length > 0 ? { type: "answer", pick: 0 } : { type: "time" };
  }

  /** Ids of the gates that wait for a human. */
  gates(): readonly string[] {
    const { plan, board } = this.context;
    return plan.tasks.flatMap(({ id }, at) => openGates(id, entryAt(board, at) ?? {}));
  }

  /** What holds in every state. */
  check(): void {
    const { world, run, facts } = this.started;
    const { status, children } = run.getSnapshot();
    assert.notEqual(status, "error");
    const { plan, board } = this.context;
    const { completed, failed, cancelled, skipped, total } = board.counts;
    assert.equal(total, plan.tasks.length);
    assert.equal(completed + failed + cancelled + skipped + board.open, total);
    assert.equal(board.running, entriesWhere(board, ({ busy }) => busy === true).length);
    assert(board.running <= plan.concurrency);
    const ranks = board.ready.map((at) => graphOf(plan.tasks).rank[at] ?? -1);
    assert.deepEqual(
      ranks,
      ranks.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(ranks).size, ranks.length);
    if (status === "active") {
      const alive = entriesWhere(board, (entry) => entry.alive === true);
      const tasks = [...alive.flatMap((at) => plan.tasks[at]?.id ?? []), ...openBranches(this.context)];
      const found = Object.keys(children).filter((id) => !id.startsWith("_"));
      assert.deepEqual(found.toSorted(), tasks.toSorted());
      assert.notDeepEqual(this.waitsFor(), [], "nothing can come");
    } else assert.deepEqual(world.names(), []);
    for (const [task, starts] of world.starts)
      assert.deepEqual([task, starts <= 1 + this.restarts], [task, true]);
    const last = facts.at(-1)?.type ?? "";
    const over = /^workflow\.(completed|failed|cancelled)$/;
    assert.equal(over.test(last), status === "done");
    assert.equal(facts.filter(({ type }) => over.test(type)).length, status === "done" ? 1 : 0);
  }

  /** All that can come next. */
  waitsFor(): readonly string[] {
    const { world } = this.started;
    // the clock tells nobody what it waits for
    const timers: unknown = Reflect.get(world.clock, "timeouts");
    return [
      ...world.names(),
      ...this.gates(),
      ...(timers instanceof Map && timers.size > 0 ? ["time"] : []),
      ...(this.isPaused ? ["RESUME"] : []),
    ];
  }

  async #end(work: Work | undefined): Promise<void> {
    if (work === undefined) return;
    const { task, purpose, attempt } = work;
    const { begun } = this.started.world;
    const branches = new Set(begun.filter((name) => name.startsWith(`${task}_branch`))).size;
    const fate = this.#fate(`${task}:${purpose}#${attempt}/${branches}`);
    if (purpose === "checks" && fate < 3) await work.endBadly();
    else if (purpose === "checks" && fate === 3 && work.checks.paths.length > 0)
      await work.endBadly("", [work.checks.paths[0]?.path ?? ""]);
    else await work.end(this.#answerOf(work, fate));
  }

  #answerOf({ purpose, task, what }: Work, fate: number): unknown {
    const gaps = this.plan.tasks.filter((_, at) => (fate + at) % 2 === 0);
    switch (purpose) {
      case "checks":
        return undefined;
      case "judge":
        if (fate === 3) return { data: { accuracy: "?" } };
        return { data: { completeness: fate < 3 ? 2 : 9, accuracy: 8, issues: [`${fate}`] } };
      case "synthesize":
        return {
          data: {
            completeness: 5,
            quality: fate,
            action: fate < 6 ? "ITERATE" : "PROCEED",
            gaps: gaps.map(({ id }) => ({ spoke: id, missing: "numbers" })),
          },
        };
      case "generate":
        return { data: { tasks: fate < 7 ? moreOf(task, fate) : [] } };
      case "keep":
      case "report":
        return fate < 2 ? new Error("disk full") : undefined;
      default:
        return fate > 2 ? { summary: "well" } : badOf(what, fate);
    }
  }

  #answer(pick: number): void {
    const gates = this.gates();
    const gate = gates[pick % Math.max(1, gates.length)];
    if (gate === undefined) return;
    // whoever is asked to mend it by hand gives up in the end
    const [base = "", asking = "1"] = gate.split("~");
    const enough = base.endsWith(":escalation") && Number(asking) > 4;
    const type = this.#fate(`gate ${base}`) < 3 || enough ? "DENY" : "APPROVE";
    this.started.run.send({ type, gate, by: "me" });
  }

  #command(move: Exclude<Move, { type: "end" | "answer" | "time" }>): void {
    const { run } = this.started;
    if (this.status !== "active") return;
    const ids = this.context.plan.tasks.map(({ id }) => id);
    const pickOf = (pick: number): string => ids[pick % Math.max(1, ids.length)] ?? "";
    if (move.type === "stray") return this.#stray(pickOf(move.pick), move.pick);
    const command = commandOf(move, pickOf);
    if (!run.getSnapshot().can(command)) return;
    if (command.type === "RESTART") this.restarts += 1;
    run.send(command);
  }

  /** Late, repeated and foreign messages: they change nothing of the board. */
  #stray(task: string, pick: number): void {
    const { run, facts } = this.started;
    const at = graphOf(this.context.plan.tasks).index.get(task) ?? -1;
    const before = this.context;
    const said = facts.length;
    if (entryAt(before.board, at)?.alive !== true) {
      run.send({ type: "TASK_ASKS", task, kind: "after", question: "?" });
      const failure = { code: "X", message: "x" };
      run.send({ type: "TASK_BROKE", task, depth: 1, parent: task, failure, diagnostics: "" });
    }
    const done = { actorId: "zzz", type: "xstate.done.actor.zzz" } as const;
    const output = {
      status: "COMPLETED",
      attempts: 1,
      exitCode: 0,
      durationMs: 1,
      summary: "",
    } as const;
    run.send({ ...done, output });
    const child = run.getSnapshot().children[task];
    const passed = pick % 2 === 0;
    child?.send({ type: "BRANCH_ENDED", branch: `${task}_branch_99_branch_01`, passed });
    child?.send({ type: "RELEASE" });
    assert.deepEqual(this.context.board, before.board);
    assert.deepEqual(this.context.branches, before.branches);
    assert.equal(facts.length, said);
  }
}

function commandOf(
  move: Exclude<Move, { type: "end" | "answer" | "time" | "stray" }>,
  pickOf: (pick: number) => string,
): WorkflowCommand {
  switch (move.type) {
    case "pause":
      return { type: "PAUSE", hard: move.hard };
    case "resume":
      return { type: "RESUME" };
    case "cancel":
      return { type: "CANCEL", reason: "enough" };
    case "cancelTask":
      return { type: "CANCEL", task: pickOf(move.pick) };
    case "restart":
      return { type: "RESTART", from: pickOf(move.pick) };
    case "checkpoint":
      return { type: "CHECKPOINT", name: "one" };
  }
}

function badOf(what: Work["what"], fate: number): unknown {
  if (fate === 1) return new TroupeError("COMMAND_TIMEOUT", "late", { hint: "Wait." });
  if (fate === 2) return new TroupeError("COMMAND_NOT_FOUND", "gone", { hint: "Look." });
  return what === "command" ? { exitCode: 1, stderr: "ValueError" } : new Error("no");
}

/** Two tasks, the second behind one that is over already. */
function moreOf(generator: string, fate: number): readonly object[] {
  const n = Number(generator.split("_")[1]);
  if (n > 3) return [];
  const before = n > 1 ? [`n${n - 1}a`] : [];
  return [
    { id: `n${n}a`, run: "x", dependsOn: fate % 2 === 0 ? before : [] },
    { id: `n${n}b`, run: "x", dependsOn: [...before, `n${n}a`] },
  ];
}
