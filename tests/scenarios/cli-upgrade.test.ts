/** `troupe upgrade-check`: exit codes, both faces, and what it says of bad input. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { lineOf } from "../../src/events/log/file/format.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { loadKinds } from "../../src/cli/load-kinds.ts";
import { said, troupeIn } from "../support/cli-process.ts";
import { cliBench, type CliBench } from "../support/cli.ts";

/** A module of a user's program: an order whose PAY leads to `paid`, and that adds `by`. */
function kindsModule(version: string, paid: string, extra = ""): string {
  const root = join(import.meta.dirname, "../../src");
  return `
import { assign, setup } from "xstate";
import { z } from "zod";
import { defineKind } from "${root}/actors/kind.ts";
const machine = setup({ actions: { pay: assign({ n: ({ context }) => context.n + 1 }) } }).createMachine({
  id: "order", context: { n: 0 }, initial: "open",
  states: { open: { on: { PAY: { target: "${paid}", actions: "pay" } } }, ${paid}: {} },
});
export const kinds = [defineKind({ kind: "order", version: "${version}", machine, events: z.looseObject({ type: z.string() })${extra} })];
`;
}

/** Two orders of the first version, of which one is paid. */
async function ordered(bench: CliBench): Promise<string> {
  const old = bench.write("old.ts", kindsModule("1", "paid"));
  await using log = sqliteLog({ path: bench.log.slice("sqlite:".length) });
  await using host = await createHost({
    kinds: [...(await loadKinds(old, bench.folder)).values()],
    log,
  });
  const order = await host.start("order/r1", {});
  await order.send({ type: "PAY" });
  await host.start("order/r2", {});
  return old;
}

async function linesOf(bench: CliBench): Promise<string> {
  await using log = sqliteLog({ path: bench.log.slice("sqlite:".length) });
  const lines: string[] = [];
  for await (const { position: _, ...record } of log.scan()) lines.push(lineOf(record));
  return lines.map((line) => `${line}\n`).join("");
}

describe("troupe upgrade-check", () => {
  it("ends with 0 where all hold, and says so", async () => {
    using bench = cliBench();
    await ordered(bench);
    const kinds = bench.write("new.ts", kindsModule("2", "paid"));
    const { code, out, err } = await bench.troupe(["upgrade-check", "--kinds", kinds]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(
      [
        "KIND   VERSION  ACTORS  HOLD  MIGRATE  WOULD PARK",
        "order  1 → 2    2       2     0        -",
        "",
        "2 actors of 2 runs: 2 hold, 0 migrate, 0 would park",
        "",
      ]
        .join("\n")
        .trimEnd(),
    );
  });

  it("ends with 1 where one would park: record, states, transitions, a hint, and what changed", async () => {
    using bench = cliBench();
    const old = await ordered(bench);
    const kinds = bench.write("new.ts", kindsModule("2", "settled"));
    const { code, out } = await bench.troupe(["upgrade-check", "--kinds", kinds, "--against", old]);
    expect(code).toBe(1);
    expect(out).toContain("order/r1 (1 → 2): needs-migrate");
    expect(out).toContain(
      'record 2 of "order/r1" ("PAY") replays differently: state is "settled" instead of "paid"',
    );
    expect(out).toContain(
      "taken then: order.open -> PAY -> order.paid\n  taken now:  order.open -> PAY -> order.settled",
    );
    expect(out).toContain(
      "- state paid: atomic\n  ~ transition PAY in open: → paid do pay ⇒ → settled do pay\n  + state settled: atomic",
    );
    expect(out).toContain("order: order.open -> PAY -> order.paid (once)");
    expect(out.split("\n").at(-1)).toBe("2 actors of 2 runs: 1 hold, 0 migrate, 1 would park");
  });

  it("is 0 again once migrate bridges it; as JSON, and of one run", async () => {
    using bench = cliBench();
    await ordered(bench);
    const extra = `, previous: old, migrate: ({ value, context }) => ({ value: value === "paid" ? "settled" : value, context })`;
    const kinds = bench.write(
      "new.ts",
      `import { kinds as old } from "./old.ts";\n${kindsModule("2", "settled", extra)}`,
    );
    const { code, value } = await bench.json(["upgrade-check", "--kinds", kinds, "--run", "r1"]);
    expect([code, value]).toMatchObject([
      0,
      { ok: true, actors: 1, groups: [{ verdicts: { migrates: 1 } }] },
    ]);
  });

  it("reads a file of records as it reads a log", async () => {
    using bench = cliBench();
    await ordered(bench);
    const file = bench.write("run.jsonl", await linesOf(bench));
    const kinds = bench.write("new.ts", kindsModule("2", "settled"));
    const asked = ["upgrade-check", "--kinds", kinds, "--log", `jsonl:${file}`, "--json"];
    const { code, out } = await bench.troupe(asked, { bare: true });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, found: [{ address: "order/r1" }] });
  });

  it.each([
    ["no module", ["--kinds", "missing.ts"], 2, "USAGE"],
    ["a module without kinds", ["--kinds", "empty.ts"], 1, "KIND_INVALID"],
    ["no --kinds", [], 2, "USAGE"],
    ["a run that is not there", ["--kinds", "old.ts", "--run", "r9"], 1, "RUN_NOT_FOUND"],
    ["a module that lacks the kind", ["--kinds", "other.ts"], 1, "unknown-kind"],
  ])("says what is wrong with %s", async (_, options, expected, said) => {
    using bench = cliBench();
    await ordered(bench);
    bench.write("empty.ts", "export const nothing = 1;");
    bench.write("other.ts", kindsModule("1", "paid").replace('kind: "order"', 'kind: "other"'));
    const { code, out, err } = await bench.troupe(["upgrade-check", ...options]);
    expect(code).toBe(expected);
    expect(out + err).toContain(said);
  });

  it("says once what a migration drops, for all actors that it drops it of", async () => {
    using bench = cliBench();
    const timed = (module: string) => module.replace("open: {", "open: { after: { late: 'gone' },");
    const delays = (module: string) =>
      timed(module)
        .replace("setup({", "setup({ delays: { late: 1000 },")
        .replace("paid: {}", "paid: {}, gone: {}");
    const old = bench.write("old.ts", delays(kindsModule("1", "paid")));
    {
      await using log = sqliteLog({ path: bench.log.slice("sqlite:".length) });
      const kinds = [...(await loadKinds(old, bench.folder)).values()];
      await using host = await createHost({ kinds, log });
      for (const id of ["r1", "r2", "r3", "r4"]) await host.start(`order/${id}` as never, {} as never);
    }
    const kinds = bench.write(
      "new.ts",
      `import { kinds as old } from "./old.ts";\n${kindsModule("2", "paid", ", previous: old")}`,
    );
    const { code, out } = await bench.troupe(["upgrade-check", "--kinds", kinds]);
    expect(code).toBe(0);
    expect(out).toContain(
      'by their migration:\n  order (1 → 2): the timer "late" of state "open" is dropped (4 actors, order/r1 among them)',
    );
  });

  it.each([
    ["throws", "new.ts", 'const a = 1;\nthrow new Error("no PORT");', "no PORT (new.ts:2)"],
    ["defines what is no kind", "new.ts", "\n\ndefineKind({ kind: 'a b' } as never);", "(new.ts:4)"],
    ["imports what is not there", "new.ts", 'import "./lost.ts";', "Install what it imports"],
  ])("a module that %s is told with file and line", async (_, name, text, expected) => {
    using bench = cliBench();
    await ordered(bench);
    const root = join(import.meta.dirname, "../../src");
    const head = text.includes("defineKind")
      ? `import { defineKind } from "${root}/actors/kind.ts";`
      : "";
    const file = bench.write(name, `${head}${head && "\n"}${text}\n`);
    const { code, err } = await bench.troupe(["upgrade-check", "--kinds", file]);
    expect(code).toBe(2);
    expect(err).toContain("cannot be loaded");
    expect(err).toContain(expected);
    expect(err).toContain("→ ");
  });

  it.each([
    ["new.js", "export const a = 1;\nconst = 2;", "(new.js:2)"],
    ["new.js", "const a = 1;\nconst = 2;", "(new.js:2)"],
    ["new.ts", "const a = 1;\nconst = 2;", "(new.ts:2)"],
    ["new.ts", 'import "./other.ts";', "(other.ts:2)"],
    ["new.ts", 'import "./other.js";', "`node --check FILE` says the line"],
  ])("a mistake in the syntax of %s is told with file and line: %s", async (name, text, expected) => {
    using bench = cliBench();
    for (const other of ["other.ts", "other.js"])
      bench.write(other, "export const a = 1;\nconst = 2;\n");
    bench.write(name, `${text}\n`);
    const asked = ["upgrade-check", "--kinds", name, "--log", "memory:"];
    const { code, err } = await said(troupeIn(bench.folder, asked));
    expect(err).toContain(expected);
    expect(code).toBe(2);
  });

  it("has nothing to say of a log in which nothing is open", async () => {
    using bench = cliBench();
    await ordered(bench);
    const kinds = bench.write("new.ts", kindsModule("2", "paid"));
    await using log = sqliteLog({ path: bench.log.slice("sqlite:".length) });
    const byName = [...(await loadKinds("old.ts", bench.folder)).values()];
    const host = await createHost({ kinds: byName, log });
    for (const address of ["order/r1", "order/r2"]) await host.actor(address as never).stop();
    await host[Symbol.asyncDispose]();
    const { code, out } = await bench.troupe(["upgrade-check", "--kinds", kinds]);
    expect([code, out]).toEqual([0, "no actor is open: nothing would park"]);
  });
});
