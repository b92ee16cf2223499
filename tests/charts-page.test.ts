/** The guide's statecharts are those of the machines that run. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { planKinds } from "../src/agents/plan-kinds.ts";
import { chartsPage } from "../scripts/charts.ts";

it("docs/guide/statecharts.md shows the machines as they are: run `npm run charts`", () => {
  const page = readFileSync("docs/guide/statecharts.md", "utf8");
  expect(page).toBe(chartsPage());
  const charted = planKinds().filter(({ machine }) => Object.keys(machine.root.states).length > 1);
  for (const { kind, machine } of charted) {
    const [, own = ""] = page.split(`\n## ${kind}\n`);
    for (const state of Object.keys(machine.root.states)) expect(own).toContain(`"${state}`);
  }
});
