/** docs/guide/forking.md: what is typed there prints what it says. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliBench, type CliBench } from "../support/cli.ts";
import { fencesOf, shapeOf, typedOn, typeIn } from "../support/console-page.ts";

const PAGE = "docs/guide/forking.md";

describe("docs/guide/forking.md", () => {
  let bench: CliBench;
  const all = typedOn(PAGE);
  beforeAll(() => {
    bench = cliBench();
    bench.write("release.yaml", fencesOf(PAGE, "yaml")[0] ?? "");
  });
  afterAll(() => bench[Symbol.dispose]());

  it("shows something", () => expect(all.length).toBeGreaterThan(4));

  it.each(all)("$words", async (one) => {
    expect(await typeIn(bench, one)).toMatch(shapeOf(one));
  });
});
