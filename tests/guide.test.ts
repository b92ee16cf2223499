/** The guide's tables are what the schemas say, and it leaves no command or option out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readScript, Script } from "../src/agents/model/script.ts";
import { PLAN_LIMIT } from "../src/agents/read-plan.ts";
import { parseContract } from "../src/events/contract-faults.ts";
import { Limits, Plan, PlanAgent } from "../src/events/plan/plan.ts";
import { AcceptanceTest, Gate, Heal, PlanTask } from "../src/events/plan/task.ts";
import { PARAMETERS, parseTarget } from "../src/events/log/jetstream/target.ts";
import { parsePlan } from "../src/events/plan/text.ts";
import { TodoItem, TodoList } from "../src/events/plan/todo.ts";
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
    ["Fields of an agent", PlanAgent],
    ["Fields of an acceptance test", AcceptanceTest],
    ["Fields of healing", Heal],
    ["Fields of a gate", Gate],
    ["Fields of limits", Limits],
    ["Todo lists", TodoItem],
  ] as const)("%s: all of them, in order, with their defaults", (heading, schema) => {
    expect(documented(heading)).toEqual(declared(schema));
  });

  it("names every field of a todo list", () => {
    for (const field of Object.keys(TodoList.shape))
      expect(section(plans, "Todo lists")).toContain(`\`${field}\``);
  });

  it("names every pattern", () => {
    const named = [...section(plans, "Patterns").matchAll(/^\| `(\w+)`/gm)].map(
      ([, name = ""]) => name,
    );
    expect(named).toEqual(Plan.shape.pattern.unwrap().options);
  });

  const fences = [...plans.matchAll(/^```(?:yaml|json)\n(.*?)^```/gms)].map(([, text = ""]) => text);

  it.each(fences)("shows what can be run: %.40j", (text) => {
    const parse = text.includes("contract_id") ? parseContract : parsePlan;
    expect(() => parse(text, "fence")).not.toThrow();
  });

  it("links to sections that are there", () => {
    const anchors = [...plans.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading.toLowerCase().replaceAll(" ", "-"),
    );
    const links = [...plans.matchAll(/\]\(#([\w-]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(anchors).toContain(link);
  });

  it("names the limit that holds", () => {
    expect(plans).toContain(`up to ${PLAN_LIMIT / 1024 / 1024} MiB`);
  });

  it("names every variable that a command gets", async () => {
    using bench = cliBench();
    const task = { id: "a", outputs: ["artifacts/x"], run: 'env | grep ^TROUPE_ > "$TROUPE_OUTPUT"' };
    const plan = bench.write("p.yaml", JSON.stringify({ name: "p", tasks: [task] }));
    await bench.troupe(["run", plan, "--id", "r1"]);
    const said = readFileSync(join(bench.folder, "runs", "r1", "x"), "utf8");
    const names = [...said.matchAll(/^(TROUPE_\w+)=/gm)].map(([, name = ""]) => name);
    const listed = [...section(plans, "What a command gets").matchAll(/^\| `(TROUPE_\w+)`/gm)];
    expect(names.toSorted()).toEqual(listed.map(([, name = ""]) => name).toSorted());
  });
});

describe("docs/guide/models.md", () => {
  const models = readFileSync("docs/guide/models.md", "utf8");
  const tables = section(models, "Scripts").split("What an entry says:");
  const fieldsIn = (text = ""): readonly string[] =>
    [...text.matchAll(/^\| `(\w+)`/gm)].map(([, field = ""]) => field);
  const entry = Script.shape.answers.element.shape;

  it("names every field of a script's entry", () => {
    expect(fieldsIn(tables[0])).toEqual(Object.keys(entry.when.unwrap().shape));
    expect(fieldsIn(tables[1])).toEqual(Object.keys(entry));
  });

  it("shows a script that can be read", () => {
    const [, text = ""] = /^```yaml\n(.*?)^```/ms.exec(models) ?? [];
    using bench = cliBench();
    expect(readScript(bench.write("demo.yaml", text)).entries).toHaveLength(4);
  });
});

describe("docs/guide/nats.md", () => {
  const nats = readFileSync("docs/guide/nats.md", "utf8");
  const fences = [...nats.matchAll(/^```sh\n(.*?)^```/gms)].map(([, text = ""]) => text).join("");

  it("shows URLs that can be used", () => {
    const urls = [...fences.matchAll(/'((?:nats|tls):\/\/[^']+)'/g)].map(([, url = ""]) => url);
    expect(urls.length).toBeGreaterThan(5);
    for (const url of urls) expect(parseTarget(url).name).not.toBe("");
  });

  it("names every parameter of a URL, and shows commands that are there", async () => {
    const [, table = ""] = /\| In the URL([^]*?)\n\n/.exec(nats) ?? [];
    for (const parameter of PARAMETERS) expect(table).toContain(`${parameter}=`);
    using bench = cliBench();
    const { out } = await bench.troupe(["nats", "--help"], { bare: true });
    for (const [, word = ""] of fences.matchAll(/troupe nats ([a-z]+)/g)) expect(out).toContain(word);
    for (const [, option = ""] of nats.matchAll(/(--(?:account|only|partitions|replicas|force)) /g))
      expect(cli).toContain(option);
  });
});

/** Of commands that have some. */
const SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  approvals: ["ls", "approve", "deny"],
  artifacts: ["ls", "show", "export"],
  context: ["show", "history", "unlock"],
  nats: ["", "keys", "create"],
  projections: ["ls", "status", "rebuild", "sql"],
  questions: ["ls", "show", "answer"],
  queue: ["ls", "add", "cancel", "retry", "stats"],
};

describe("docs/guide/cli.md", async () => {
  using bench = cliBench();
  const { out } = await bench.troupe(["--help", "--log", "memory:"]);
  const commands = [...out.matchAll(/^ {2}([a-z-]+) (?:\[|<| )/gm)].map(([, name = ""]) => name);

  it("has a section for every command, and no other", () => {
    const sections = [...cli.matchAll(/^## troupe ([\w-]+)/gm)].map(([, name]) => name);
    expect(sections).toEqual(commands.filter((name) => name !== "help"));
  });

  it.each(commands.filter((name) => name !== "help"))("names every option of %s", async (name) => {
    using own = cliBench();
    const names = SUBCOMMANDS[name]?.map((sub) => [name, sub].filter((word) => word !== "")) ?? [
      [name],
    ];
    const helps = await Promise.all(names.map((words) => own.troupe([...words, "--help"])));
    const help = helps.map((said) => said.out).join("\n");
    const [, heading = ""] = new RegExp(`^## (troupe ${name}.*)$`, "m").exec(cli) ?? [];
    const told = section(cli, heading);
    const found = [...help.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option = ""]) => option);
    const options = [...new Set(found)];
    const plain = ["chart", "copy", "critic", "new", "schema", "validate"].includes(name);
    const shared = plain ? ["--json"] : ["--json", "--log"];
    expect(options.filter((option) => /^--(log|json)$/.test(option)).toSorted()).toEqual(shared);
    for (const option of options) expect(shared.includes(option) ? cli : told).toContain(option);
  });
});
