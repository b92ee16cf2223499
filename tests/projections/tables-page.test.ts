/** docs/guide/projections.md says of each built-in table which columns it has, and of what type. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { jobsTable } from "../../src/projections/tables/jobs.ts";
import { messagesTable } from "../../src/projections/tables/messages.ts";
import { RUN_TABLES } from "../../src/projections/tables/runs.ts";
import { BUILT_IN_VIEWS } from "../../src/projections/views.ts";

const page = readFileSync("docs/guide/projections.md", "utf8");

function part(heading: string): string {
  const [, rest = ""] = page.split(`\n${heading}\n`);
  return rest.split(/\n##+ /)[0] ?? "";
}

describe("docs/guide/projections.md", () => {
  it.each([...RUN_TABLES, messagesTable, jobsTable])(
    "has all columns of $name",
    ({ name, columns }) => {
      const documented = [...part(`### ${name}`).matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)];
      expect(documented.map(([, column, type]) => [column, type])).toEqual(Object.entries(columns));
    },
  );

  it("names every view", () => {
    for (const { name } of BUILT_IN_VIEWS) expect(part("## Views")).toContain(`\`${name}\``);
  });
});
