/** The guide's tables are what the schemas say, and it leaves no command or option out. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { PLAN_LIMIT } from "../src/agents/read-plan.ts";
import { Plan, PlanTask } from "../src/events/plan.ts";
import { cliBench } from "./support/cli.ts";

const plans = readFileSync("docs/guide/plans.md", "utf8");
const cli = readFileSync("docs/guide/cli.md", "utf8");

/** The body of a section. */
function section(text: string, heading: string): string {
  const [, rest = ""] = text.split(`\n## ${heading}\n`);
  return rest.split("\n## ")[0] ?? "";
}

/** Field and default, as the table under a heading has them. */
function documented(heading: string): readonly (readonly [string, string])[] {
  return [...section(plans, heading).matchAll(/^\| `(\w+)` +\| (.+?) +\|/gm)].map(
    ([, field = "", value = ""]) => [field, value] as const,
  );
}

/** The same, as a schema has them. */
function declared(schema: z.ZodObject): readonly (readonly [string, string])[] {
  return Object.entries(schema.shape).map(([field, type]) => {
    const empty = z.safeParse(type, undefined);
    if (!empty.success) return [field, "**required**"] as const;
    return [field, empty.data === undefined ? "none" : `\`${JSON.stringify(empty.data)}\``] as const;
  });
}

describe("docs/guide/plans.md", () => {
  it.each([
    ["Fields of a plan", Plan],
    ["Fields of a task", PlanTask],
  ] as const)("%s: all of them, in order, with their defaults", (heading, schema) => {
    expect(documented(heading)).toEqual(declared(schema));
  });

  it("names the limit that holds", () => {
    expect(plans).toContain(`up to ${PLAN_LIMIT / 1024 / 1024} MiB`);
  });

  it("names every variable that a command gets", async () => {
    using bench = cliBench();
    const plan = bench.write("p.yaml", "name: p\ntasks: [{id: a, run: 'env | grep ^TROUPE_'}]\n");
    await bench.troupe(["run", plan, "--id", "r1"]);
    const { out } = await bench.troupe(["show", "task/r1:a"]);
    const names = [...out.matchAll(/^(TROUPE_\w+)=/gm)].map(([, name = ""]) => name);
    const listed = [...section(plans, "What a command gets").matchAll(/^\| `(TROUPE_\w+)`/gm)];
    expect(names.toSorted()).toEqual(listed.map(([, name = ""]) => name).toSorted());
  });
});

describe("docs/guide/cli.md", async () => {
  using bench = cliBench();
  const { out } = await bench.troupe(["--help", "--log", "memory:"]);
  const commands = [...out.matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)].map(([, name = ""]) => name);

  it("has a section for every command, and no other", () => {
    const sections = [...cli.matchAll(/^## troupe (\w+)/gm)].map(([, name]) => name);
    expect(sections).toEqual(commands.filter((name) => name !== "help"));
  });

  it.each(commands.filter((name) => name !== "help"))("names every option of %s", async (name) => {
    using own = cliBench();
    const help = (await own.troupe([name, "--help"])).out;
    const [, heading = ""] = new RegExp(`^## (troupe ${name}.*)$`, "m").exec(cli) ?? [];
    const told = section(cli, heading);
    const options = [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = ""]) => option);
    const shared = ["--log", "--json"];
    expect(options).toEqual(expect.arrayContaining(shared));
    for (const option of options) expect(shared.includes(option) ? cli : told).toContain(option);
  });
});
