/** Runs of a user's own kinds, forked: what the commands say of them, and how they go on. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { kindsWith } from "../../src/cli/load-kinds.ts";
import { cliBench, type CliBench } from "../support/cli.ts";

async function paid(bench: CliBench): Promise<void> {
  await using host = await createHost({
    log: bench.log,
    kinds: await kindsWith({ folder: bench.folder }, file),
  });
  const order = await host.start("order/o1");
  await order.send({ type: "PAY" });
  await order.waitFor(({ status }) => status === "done");
}

const file = fileURLToPath(new URL("../support/order-kinds.ts", import.meta.url));

describe("a run of one's own kinds", () => {
  it("is forked, listed, shown and resumed with its kinds; without them each command says what to do", async () => {
    using bench = cliBench();
    process.env["ORDER_TRACE"] = bench.write("trace", "");
    await paid(bench);
    expect((await bench.troupe(["fork", "o1"])).err).toMatch(
      /^KIND_UNKNOWN: .*"order".*\n.*--kinds FILE/,
    );
    const made = await bench.troupe(["fork", "o1", "--at", "3", "--kinds", file]);
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining("o1-fork: a fork of o1 at 3") });
    expect(made.err).toContain(`troupe resume o1-fork --kinds ${file}`);
    const listed = await bench.troupe(["ls"]);
    expect(listed.err).toMatch(
      /no runs of plans: o1-fork \(.*\nno run of a plan in .* of other kinds: o1, o1-fork \(/,
    );
    const shown = await bench.troupe(["show", "o1-fork"]);
    expect(shown.out).toMatch(
      /^o1-fork: .*, 2 actors\na fork of o1 at 3\n\n.*\norder\/o1-fork +paying +3/,
    );
    expect(shown.err).toContain("troupe resume o1-fork --kinds FILE");
    for (const command of ["report", "evaluate"])
      expect((await bench.troupe([command, "o1-fork"])).err).toMatch(
        /^RUN_NOT_FOUND: "o1-fork" is no run of a plan: .*\n.*`troupe show o1-fork`/,
      );
    expect((await bench.troupe(["show", "run.jsonl"])).err).toMatch(/^USAGE: .*\n.*--log run\.jsonl/);
    const bare = await bench.troupe(["resume", "o1-fork"]);
    expect(bare).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^KIND_UNKNOWN: .*order\n.*--kinds FILE/),
    });
    const resumed = await bench.troupe(["resume", "o1-fork", "--kinds", file]);
    expect(resumed).toMatchObject({ code: 0, out: expect.stringMatching(/order\/o1-fork +over/) });
    const { value } = await bench.json(["resume", "o1-fork", "--kinds", file]);
    expect(value).toMatchObject([
      { run: "o1-fork", forkOf: { run: "o1", at: 3 }, actors: [{ open: false }, { open: false }] },
    ]);
    expect(readFileSync(process.env["ORDER_TRACE"], "utf8")).toBe("charge 1\ncharge 1\n");
    expect((await bench.troupe(["resume", "nobody"])).err).toMatch(/^RUN_NOT_FOUND/);
    expect((await bench.troupe(["resume", "--kinds", file])).err).toMatch(/^USAGE/);
  });

  it("that was cut short says so to whoever shows or resumes it, and is listed as nothing to go on with", async () => {
    using bench = cliBench();
    process.env["ORDER_TRACE"] = bench.write("trace", "");
    await paid(bench);
    const kinds = await kindsWith({ folder: bench.folder }, file);
    {
      await using host = await createHost({
        log: bench.log,
        kinds,
        at(point, address) {
          if (point === "after-append" && address === "order/f") throw new Error("killed");
        },
      });
      await host.start("order/o2");
      await expect(host.fork("o1", { at: 3, id: "f" })).rejects.toThrow("killed");
    }
    const again = "troupe fork o1 --at 3 --id f";
    const shown = await bench.troupe(["show", "f"]);
    expect(shown.out).toContain("a fork of o1 at 3, cut short");
    expect(shown.err).toContain(again);
    expect(shown.err).not.toContain("go on with");
    for (const words of [
      ["resume", "f"],
      ["resume", "f", "--kinds", file],
    ])
      expect((await bench.troupe(words)).err).toMatch(new RegExp(`^FORK_UNFINISHED.*\\n.*${again}`));
    expect((await bench.troupe(["ls"])).err).not.toContain("no runs of plans");
    expect((await bench.troupe(["fork", "o1", "--at", "3", "--id", "f", "--kinds", file])).code).toBe(
      0,
    );
    expect((await bench.troupe(["ls"])).err).toContain("no runs of plans: f ");
  });
});
