/** What `troupe chart` draws, and what it says where there is nothing to draw. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { TEMPLATES } from "../../src/cli/templates.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { readMermaid } from "../support/mermaid.ts";

const XSTATE = JSON.stringify(import.meta.resolve("xstate"));
const ZOD = JSON.stringify(import.meta.resolve("zod"));
const KIND = JSON.stringify(pathToFileURL(join(import.meta.dirname, "../../src/actors/kind.ts")).href);

const TWO_KINDS = `
import { createMachine } from ${XSTATE};
import { z } from ${ZOD};
import { defineKind } from ${KIND};
const kind = (kind, machine) => defineKind({ kind, version: "1", machine, events: z.object({ type: z.string() }) });
export const kinds = [
  kind("door", createMachine({ initial: "shut", states: { shut: { on: { OPEN: "open" } }, open: {} } })),
  kind("lamp", createMachine({ initial: "off", states: { off: {} } })),
];
`;
const MACHINE = `
import { createMachine } from ${XSTATE};
export const notes = "no machine";
export const door = createMachine({ initial: "shut", states: { shut: { on: { OPEN: "open" } }, open: {} } });
`;
const DOOR = [
  "stateDiagram-v2",
  "  [*] --> shut",
  '  state "shut" as shut',
  '  state "open" as open',
  "  shut --> open: OPEN",
].join("\n");

function filled(): CliBench {
  const bench = cliBench();
  bench.write("kinds.mjs", TWO_KINDS);
  bench.write("door.mjs", MACHINE);
  bench.write("none.mjs", "export const x = 1;\n");
  bench.write("broken.mjs", "export const x = ;\n");
  bench.write("p.yaml", "name: p\ntasks: [{id: a, run: x}, {id: b, run: x, dependsOn: [a]}]\n");
  bench.write("bad.yaml", "name: p\ntasks: [{id: a, run: x, dependsOn: [b]}]\n");
  return bench;
}

describe("troupe chart", () => {
  it.each(planKinds().map(({ kind, machine }) => ({ kind, machine })))(
    "draws the built-in $kind with all its states",
    async ({ kind, machine }) => {
      using bench = cliBench();
      const { code, out } = await bench.troupe(["chart", kind]);
      expect(code).toBe(0);
      const { states } = readMermaid(out);
      const labels = [...states.values()].map(({ label }) => label.split("\n")[0]);
      expect(labels).toEqual(expect.arrayContaining(Object.keys(machine.root.states)));
      expect(await bench.json(["chart", kind])).toEqual({ code: 0, value: { mermaid: `${out}\n` } });
    },
  );

  it.each<[string, readonly string[]]>([
    ["the only machine of a module", ["door.mjs"]],
    ["a machine by its name", ["door.mjs", "door"]],
    ["a kind of a module", ["kinds.mjs", "door"]],
    ["a kind of --kinds", ["door", "--kinds", "kinds.mjs"]],
  ])("draws %s", async (_, argv) => {
    using bench = filled();
    expect(await bench.troupe(["chart", ...argv])).toMatchObject({ code: 0, out: DOOR, err: "" });
  });

  it("draws a plan", async () => {
    using bench = filled();
    const { code, out } = await bench.troupe(["chart", "p.yaml"]);
    expect(code).toBe(0);
    expect(out.split("\n").slice(1)).toEqual([
      "  [*] --> a",
      '  state "a" as a',
      '  state "b" as b',
      "  b --> [*]",
      "  a --> b",
    ]);
  });

  it.each(TEMPLATES)("draws the template $name", async ({ name }) => {
    using bench = cliBench();
    await bench.troupe(["new", name]);
    const { code, out } = await bench.troupe(["chart", `${name}/plan.yaml`]);
    expect(code).toBe(0);
    const ids = [
      ...readFileSync(join(bench.folder, name, "plan.yaml"), "utf8").matchAll(/^ {2}- id: (\w+)/gm),
    ];
    const labels = [...readMermaid(out).states.values()].map(({ label }) => label.split("\n")[0]);
    expect(labels).toEqual(expect.arrayContaining(ids.map(([, id = ""]) => id)));
  });

  it.each<[string, readonly string[], string, number]>([
    ["nothing", [], "USAGE: missing required argument", 2],
    [
      "no kind and no file",
      ["workflw"],
      'KIND_UNKNOWN: there is no kind "workflw" (known: workflow, task, agent, budget, messages, inbox, context, queue, job, memory, feedback, telemetry)',
      1,
    ],
    [
      "a kind that --kinds has not",
      ["gate", "--kinds", "kinds.mjs"],
      'KIND_UNKNOWN: no kind "gate"',
      1,
    ],
    ["no plan", ["nope.yaml"], "PLAN_NOT_FOUND: ", 2],
    ["a faulty plan", ["bad.yaml"], "PLAN_INVALID: ", 2],
    ["no module", ["nope.mjs"], "USAGE: nope.mjs cannot be loaded: ", 2],
    ["a broken module", ["broken.mjs"], "USAGE: broken.mjs cannot be loaded: ", 2],
    ["a module without machines", ["none.mjs"], "KIND_INVALID: none.mjs exports neither", 1],
    ["one of several", ["kinds.mjs"], "USAGE: kinds.mjs holds several machines: door, lamp", 2],
    [
      "none of several",
      ["kinds.mjs", "gate"],
      'KIND_UNKNOWN: kinds.mjs holds no "gate", but door, lamp',
      1,
    ],
  ])("says what is wrong: %s", async (_, argv, message, code) => {
    using bench = filled();
    const said = await bench.troupe(["chart", ...argv]);
    expect(said).toMatchObject({ code, out: "" });
    expect(said.err.slice(0, message.length)).toBe(message);
    expect(said.err).toMatch(/\n {2}→ .+$/);
  });
});
