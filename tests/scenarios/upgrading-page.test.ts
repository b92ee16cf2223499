/** docs/guide/upgrading.md: the check that is typed there prints what it says, of the orders that the page makes. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { loadKinds } from "../../src/cli/load-kinds.ts";
import { openLog } from "../../src/events/log/open.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { fencesOf, shapeOf, typedOn, typeIn } from "../support/console-page.ts";

const PAGE = "docs/guide/upgrading.md";
const TROUPE = join(import.meta.dirname, "../../src/index.ts");

/** The page's own orders, up to where a log is opened, with what a module of them exports. */
function moduleOf(exported: string): string {
  const [, orders = ""] = fencesOf(PAGE, "ts run");
  const machines = orders
    .slice(0, orders.indexOf("await using log"))
    .replace('"troupe"', JSON.stringify(TROUPE));
  return `${machines}\nexport const kinds = [${exported}];\n`;
}

describe("docs/guide/upgrading.md", () => {
  let bench: CliBench;
  beforeAll(async () => {
    bench = cliBench();
    const modules = { old: "before", new: "defineKind(after)", bridged: "bridged" };
    for (const [name, exported] of Object.entries(modules))
      bench.write(`${name}.ts`, moduleOf(exported));
    await using log = await openLog(bench.log);
    const kinds = [...(await loadKinds("old.ts", bench.folder)).values()];
    await using host = await createHost({ log, kinds });
    for (const id of ["a", "b"] as const) await host.start(`order/${id}`);
    await host.actor("order/a").send({ type: "PAY", amount: 20 });
  });
  afterAll(() => bench[Symbol.dispose]());

  it.each(typedOn(PAGE))("$words", async (one) => {
    expect(await typeIn(bench, one)).toMatch(shapeOf(one));
  });

  it("has one line for a CI, which ends with 1 as long as any actor would park", async () => {
    const [line = ""] = fencesOf(PAGE, "sh");
    const codes: number[] = [];
    for (const kinds of ["new.ts", "bridged.ts"]) {
      const said = line.trim().replace("./build/kinds.js", kinds).replace('"$LOG_URL"', bench.log);
      codes.push((await bench.troupe(said.split(" ").slice(1))).code);
    }
    expect(codes).toEqual([1, 0]);
  });
});
