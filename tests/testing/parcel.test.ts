/** The example of a user's machine: what the kit says of it is short, and leads to the bug. */
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { demo } from "../../examples/testing/bugs.ts";
import { cliBench } from "../support/cli.ts";

const bench = cliBench();
afterAll(() => bench[Symbol.dispose]());

describe("the parcel", async () => {
  const said = (await demo(bench.folder)).map((text) => text.replaceAll(bench.folder, "temp"));
  const about = (bug: string): readonly string[] => {
    const from = said.indexOf(`# ${bug}`) + 1;
    return said.slice(from, from + 3);
  };

  it("has no bug", () => {
    expect(about("no bug")).toEqual([
      "isPure holds",
      "noStuckState holds",
      "coversEveryTransition holds",
    ]);
  });

  it("is said to ask the clock", () => {
    const [pure = "", ...others] = about("guard on the clock");
    expect(pure).toContain("a step that asks Date comes to refused, or to open, as that answers");
    expect(pure).toMatch(/1 {2}start \{"until":\d+\} +→ open\n +- {2}ADD .* → refused\n/);
    expect(pure).toContain("no record stands for the last move: it was refused");
    expect(others).toEqual(["noStuckState holds", "coversEveryTransition holds"]);
  });

  it("is said to change its context in place", () => {
    const [pure = ""] = about("assign that mutates");
    expect(pure).toContain("a step changes its context in place\n  where:  context.items[0]\n");
    expect(pure).toMatch(/start .* → open\n +2 {2}ADD .* → error: Cannot add property 0/);
  });

  it("is said to be stuck", () => {
    const [pure, stuck = ""] = about("state without a way out");
    expect(pure).toBe("isPure holds");
    expect(stuck).toContain('nothing leads on from state "unpaid": it takes no event');
    expect(stuck.split("\n").filter((line) => /^ +\d+ {2}/.test(line))).toHaveLength(8);
  });

  it("is taken over by its next version, where that shows itself what nobody said then", () => {
    expect(about("version 2 with upcast")[0]).toBe("upcastsEveryVersion holds");
    const [said = ""] = about("version 2 without upcast");
    expect(said).toContain('version 2 does not take event "CANCEL" of version 1: ');
    expect(said).toContain("\n  where:  event.by\n");
    expect(said).toContain('\n  version 1 records:  {"type":"CANCEL"}\n');
  });

  it("leaves logs that `troupe replay` reads", async () => {
    const kinds = join(import.meta.dirname, "../../examples/testing/parcel.ts");
    const file = join(bench.folder, "noStuckState-parcel.jsonl");
    const { out } = await bench.troupe(["replay", file, "parcel/kit", "--kinds", kinds], {
      bare: true,
    });
    expect(out).toMatch(/8 +unpaid/);
  });
});
