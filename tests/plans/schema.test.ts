/** The files that editors point to are what `troupe schema` prints. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DOCUMENT_TYPES } from "../../src/events/plan/document-type.ts";
import { cliBench } from "../support/cli.ts";

describe("troupe schema", () => {
  it.each(DOCUMENT_TYPES)("prints what stands in schema/: %s", async (type) => {
    using bench = cliBench();
    const { code, out } = await bench.troupe(["schema", type]);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(`schema/${type}.schema.json`, "utf8"))).toEqual(JSON.parse(out));
    expect((await bench.json(["schema", type])).value).toEqual(JSON.parse(out));
  });

  it("lies in the package, where the first line of a plan points to it", () => {
    const { files } = z
      .object({ files: z.array(z.string()) })
      .parse(JSON.parse(readFileSync("package.json", "utf8")));
    expect(files).toContain("schema");
  });

  it("says that somebody who does something has one of run and agent, but for an agent of the plan", async () => {
    using bench = cliBench();
    const { value } = await bench.json(["schema", "plan"]);
    const one = [{ required: ["run"] }, { required: ["agent"] }];
    expect(value).toMatchObject({
      properties: {
        hub: { oneOf: one },
        tasks: { items: { oneOf: one, properties: { compensate: { oneOf: one } } } },
        agents: { additionalProperties: { required: ["run"] } },
      },
      required: ["name"],
      additionalProperties: false,
    });
  });

  it("knows three types", async () => {
    using bench = cliBench();
    expect(await bench.troupe(["schema", "plans"])).toMatchObject({ code: 2, out: "" });
  });
});
