/** How things look: pure functions of what is known. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { news, picture, word } from "../../src/cli/live-view.ts";
import { painter } from "../../src/cli/painter.ts";
import { fit, moment, span, table, width } from "../../src/cli/paper.ts";
import { filesLine, runLines } from "../../src/cli/run-report.ts";
import { isIdle } from "../../src/cli/standing.ts";
import { unknownRun } from "../../src/projections/runs-plan.ts";
import { newTask } from "../../src/projections/runs-task.ts";
import { stateLabel, type RunView, type TaskView } from "../../src/projections/runs-view.ts";
import { systemTerminal, tame, tameLine } from "../../src/cli/terminal.ts";

const task = (id: string, rest: Readonly<Partial<TaskView>> = {}): TaskView => ({
  ...newTask(id),
  title: `Do ${id}`,
  ...rest,
});

const view: RunView = {
  ...unknownRun("r1", 1_000),
  name: "demo",
  status: "RUNNING",
  movedAt: 2_000,
  records: 9,
  artifacts: "/x",
  last: ["e"],
  tasks: [
    task("a", { status: "COMPLETED", attempts: 2, durationMs: 1_500, summary: "3 files" }),
    task("b", { status: "RUNNING", attempts: 1, startedAt: 1_500 }),
    task("c", {
      status: "WAITING",
      attempts: 1,
      dueAt: 9_000,
      failure: { code: "X", message: "it broke" },
    }),
    task("d", { status: "FAILED", attempts: 1, durationMs: 10, failure: { code: "X", message: "no" } }),
    task("e", { status: "SKIPPED", blockedBy: "d" }),
    task("f", { status: "CANCELLED", reason: "enough" }),
    task("g"),
  ],
};

describe("a picture of a run", () => {
  it("says of each task what matters now", () => {
    expect(picture(view, 4_000, { colour: false, columns: 60, rows: 24 })).toEqual([
      "demo r1: RUNNING, 4 of 7 tasks, 3.0 s",
      " ✓ a     3 files (1.5 s, attempt 2)",
      " ⠋ b     Do b (2.5 s)",
      " ◷ c     again in 5.0 s: it broke",
      " ✗ d     no (10 ms)",
      " ↷ e     blocked by d",
      " ⊘ f     cancelled: enough",
      " · g     Do g",
    ]);
  });

  it("shows what moves where not all has room", () => {
    const lines = picture(view, 4_000, { colour: false, columns: 60, rows: 6 });
    expect(lines.slice(1)).toEqual([
      " ⠋ b     Do b (2.5 s)",
      " ◷ c     again in 5.0 s: it broke",
      "  and 5 more",
    ]);
  });

  test.prop({
    title: fc.string({ unit: "grapheme" }),
    columns: fc.integer({ min: 24, max: 90 }),
    rows: fc.integer({ min: 5, max: 30 }),
    count: fc.integer({ min: 1, max: 60 }),
  })("for every plan and screen, no line is wider and the picture is no higher", (given) => {
    const { title, columns, rows, count } = given;
    const tasks = Array.from({ length: count }, (_, n) => task(`t${n}`, { title }));
    const lines = picture({ ...view, name: title, tasks }, 5_000, { colour: false, columns, rows });
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
    expect(lines.join("")).toMatch(/^\P{Cc}*$/u);
  });

  it("says what it waits for, and what people can type", () => {
    const waiting: RunView = {
      ...view,
      status: "PAUSED",
      paused: { hard: true, reason: "lunch", at: 0 },
      gates: [
        {
          gate: "a:before",
          task: "a",
          kind: "before",
          question: "Go?",
          askedAt: 0,
          refused: [],
        },
      ],
      tasks: [
        task("a", { status: "WAITING", waitsFor: "approval", openGates: ["a:before"] }),
        task("b", {
          status: "WAITING",
          waitsFor: "branch",
          blockedByBranches: ["b_branch_01"],
          failure: { code: "X", message: "it broke" },
        }),
        task("c", { status: "WAITING", waitsFor: "held" }),
        task("d", { status: "SKIPPED", reason: "not so: x" }),
        task("e", { status: "COMPLETED", reworks: 2, attempts: 3, durationMs: 5 }),
      ],
    };
    expect(picture(waiting, 4_000, { colour: false, columns: 90, rows: 24 }).slice(1)).toEqual([
      " ◷ a     for a human: a:before",
      " ◷ b     for b_branch_01: it broke",
      " ◷ c     stopped by the pause; it runs again when the run is resumed",
      " ↷ d     not so: x",
      " ✓ e     Do e (5 ms, sent back 2 times, attempt 3)",
      "  r1 asks: Go? → troupe approvals approve r1 a:before (or deny)",
      "  r1 is paused (lunch) → troupe resume r1",
    ]);
  });

  it("knows when nothing moves until people do something", () => {
    const gate = { gate: "a:before", task: "a", kind: "before", question: "Go?", askedAt: 0 } as const;
    const a = task("a", { status: "WAITING", waitsFor: "approval", openGates: ["a:before"] });
    const asking: RunView = { ...view, gates: [{ ...gate, refused: [] }], tasks: [a] };
    const also = (other: TaskView): boolean => isIdle({ ...asking, tasks: [a, other] });
    expect(isIdle(asking)).toBe(true);
    expect(isIdle({ ...asking, open: false })).toBe(false);
    expect(isIdle({ ...asking, gates: [] })).toBe(false);
    expect(isIdle({ ...asking, gates: [], status: "PAUSED" })).toBe(true);
    expect(also(task("b", { status: "RUNNING" }))).toBe(false);
    expect(also(task("b", { status: "WAITING", waitsFor: "retry" }))).toBe(false);
    expect(also(task("b", { status: "WAITING", waitsFor: "held" }))).toBe(true);
    expect(also(task("b", { delegatedAt: 1 }))).toBe(false);
    expect(also(task("b", { dependsOn: ["a"] }))).toBe(true);
    // what its run is about to start, or to ask, or has been told
    expect(also(task("b"))).toBe(false);
    expect(also(task("b", { status: "WAITING", waitsFor: "approval" }))).toBe(false);
    expect(also(task("b", { status: "WAITING", waitsFor: "branch" }))).toBe(false);
  });

  it("is painted over the one before, and taken away", () => {
    let screen = "";
    const canvas = painter({ paint: (text) => void (screen += text) });
    canvas.paint(["a", "b"]);
    canvas.paint(["c"]);
    canvas.clear();
    canvas.clear();
    expect(screen).toBe("a\nb\n\u001b[2A\u001b[0Jc\n\u001b[1A\u001b[0J");
  });
});

describe("the result of a run", () => {
  const done = (id: string, rest: Readonly<Partial<TaskView>> = {}): TaskView =>
    task(id, { status: "COMPLETED", summary: `${id} said`, ...rest });
  const over = (tasks: readonly TaskView[], rest: Readonly<Partial<RunView>> = {}): RunView => ({
    ...view,
    status: "COMPLETED",
    open: false,
    last: ["a", "b"],
    tasks,
    ...rest,
  });

  it.each([
    ["graph", [done("a"), done("b"), done("c")], ["a said", "b said"]],
    [
      "parallel",
      [done("a"), done("b"), done("aggregate", { purpose: "aggregate" })],
      ["aggregate said"],
    ],
    ["hub", [done("a"), done("integrate", { purpose: "integrate" })], ["integrate said"]],
    [
      "dynamic",
      [
        done("a"),
        done("x", { addedBy: "generate_1" }),
        done("y", { addedBy: "generate_1", dependsOn: ["x"] }),
        done("generate_2", { purpose: "generate" }),
      ],
      ["y said"],
    ],
  ] as const)("is what the last tasks say: %s", (pattern, tasks, said) => {
    expect(runLines(over(tasks, { pattern }), { colour: false }).slice(1)).toEqual(said);
  });

  it("names the folder where files were left", () => {
    const file = done("a", { outputs: ["artifacts/a.md"] });
    expect(filesLine(over([done("a", { outputs: ["a.md"] })]))).toBeUndefined();
    expect(filesLine(over([{ ...file, status: "FAILED" }]))).toBeUndefined();
    expect(filesLine(over([file]))).toBe("artifacts in /x");
    expect(filesLine(over([done("a")], { pattern: "saga" }))).toBe("report and artifacts in /x");
    expect(filesLine(over([done("a")], { pattern: "saga", open: true }))).toBeUndefined();
  });
});

describe("news", () => {
  it("is what changed, in a line", () => {
    const running = task("b", { status: "RUNNING", attempts: 1, startedAt: 0 });
    expect(news(undefined, task("b"), 0)).toBeUndefined();
    expect(news(task("b"), running, 0)).toBe("RUNNING    b: Do b");
    expect(news(running, running, 9)).toBeUndefined();
    expect(news(running, { ...running, attempts: 2 }, 9)).toBe("RUNNING    b: Do b, attempt 2");
  });

  it("says that a task waits only when its run has said for what", () => {
    const waits = (rest: Partial<TaskView>): TaskView => task("b", { status: "WAITING", ...rest });
    const failure = { code: "X", message: "it broke" };
    const attempt = { attempt: 1, purpose: "work", startedAt: 0, failure } as const;
    const start = { n: 1, attempts: [attempt], restarts: 0, reworks: 0 };
    const broken = waits({ waitsFor: "branch", starts: [start] });
    expect(news(undefined, broken, 9)).toBeUndefined();
    expect(news(broken, { ...broken, blockedByBranches: ["b_branch_01"] }, 9)).toBe(
      "WAITING    b: for b_branch_01: it broke",
    );
    const asked = waits({ waitsFor: "approval", openGates: ["b:after"] });
    const answered = waits({ waitsFor: "approval" });
    expect(news(answered, asked, 9)).toBe("WAITING    b: for a human: b:after");
    expect(news(asked, answered, 9)).toBeUndefined();
    expect(word(answered, 9)).toBe("for its run");
    expect(word(broken, 9)).toBe("for its run: it broke");
  });
});

describe("words", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [59_949, "59.9 s"],
    [59_950, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_600_000, "1 h 00 min"],
    [7_380_000, "2 h 03 min"],
  ])("%d ms is %s", (ms, words) => expect(span(ms)).toBe(words));

  it("knows moments, states, columns", () => {
    expect(moment(0)).toBe("1970-01-01 00:00:00Z");
    expect(stateLabel("active", { RUNNING: "cancelling" })).toBe("RUNNING");
    expect(stateLabel("error", "x")).toBe("ERROR");
    expect(fit("abcdef", 4)).toBe("abc…");
    expect(fit("日本語", 4)).toBe("日…");
    expect(
      table(
        ["A", "B"],
        [
          ["1", "x"],
          ["日本", ""],
        ],
      ),
    ).toEqual(["A     B", "1     x", "日本"]);
  });

  test.prop({ text: fc.string({ unit: "binary" }) })(
    "for every text, what is shown moves no cursor",
    ({ text }) => {
      expect(tame(text)).toMatch(/^[\P{Cc}\n]*$/u);
      expect(tameLine(text)).toMatch(/^\P{Cc}*$/u);
    },
  );
});

describe("a table", () => {
  it("may have more rows than a function takes arguments", () => {
    const rows = Array.from({ length: 150_000 }, () => ["x"]);
    expect(table(["N"], rows)).toHaveLength(rows.length + 1);
  });
});

describe("the terminal", () => {
  const stream = (isTTY: boolean) => {
    const written: string[] = [];
    const write = (chunk: string): boolean => written.push(chunk) > 0;
    return { written, isTTY, write, columns: 0, rows: 0 };
  };
  const terminal = (env: Readonly<Record<string, string>>, tty = true) => {
    const stdout = stream(tty);
    const stderr = stream(tty);
    return { stdout, stderr, terminal: systemTerminal({ stdout, stderr }, env) };
  };

  it("sends data and talk to their streams", () => {
    const bench = terminal({});
    bench.terminal.out("data");
    bench.terminal.err("talk");
    bench.terminal.paint("p");
    expect([bench.stdout.written, bench.stderr.written]).toEqual([["data\n"], ["talk\n", "p"]]);
    expect([bench.terminal.columns, bench.terminal.rows]).toEqual([80, 24]);
  });

  it.each<[Readonly<Record<string, string>>, boolean, readonly boolean[]]>([
    [{}, true, [true, true, true]],
    [{}, false, [false, false, false]],
    [{ NO_COLOR: "1" }, true, [true, false, false]],
    [{ TERM: "dumb" }, true, [false, false, false]],
    [{ CI: "true" }, true, [false, false, true]],
  ])("with %j, on a terminal: %s", (env, tty, expected) => {
    const { live, colour, outColour } = terminal(env, tty).terminal;
    expect([live, colour, outColour]).toEqual(expected);
  });
});
