/** The built-in agent `merge`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { agentActor } from "../../src/agents/agent-actor.ts";
import { absolutePath } from "../../src/events/plan/paths.ts";
import type { Upstream } from "../../src/events/work.ts";
import { freshFolder, ran, workPackage } from "../support/agent-runs.ts";

const done = (outputs: string[], summary = "well done"): Upstream => ({
  status: "COMPLETED",
  summary,
  outputs,
});

/** Merges `files` (by path below the folder) as branches say, whose outputs lie where a run has them. */
async function merge(
  files: Readonly<Record<string, string | Uint8Array>>,
  upstream: Record<string, Upstream>,
) {
  using folder = freshFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  const base = { folder: folder.path, artifacts: join(folder.path, "run") };
  const output = join(folder.path, "run/parallel-result-r1.md");
  const result = await ran(
    agentActor(),
    workPackage({
      purpose: "aggregate",
      agent: "merge",
      title: "Merge",
      goal: "One report",
      outputs: [output],
      upstream: Object.fromEntries(
        Object.entries(upstream).map(([task, { outputs, ...rest }]) => [
          task,
          { ...rest, outputs: outputs.map((path) => absolutePath(base, path)) },
        ]),
      ),
    }),
  );
  return { text: readFileSync(output, "utf8"), result, there: readdirSync(dirname(output)) };
}

describe("merge", () => {
  it("S0-010: makes one file of all branches, with its Integration Strategy", async () => {
    const { text, result } = await merge(
      { "run/parallel-r1-1.md": "# A\n\ntext of a\n", "run/parallel-r1-2.md": "text of b" },
      {
        a: done(["artifacts/parallel-r1-1.md"], "three *sources*\nfound"),
        b: done(["artifacts/parallel-r1-2.md"]),
      },
    );
    expect(text).toBe(`# One report

## Summary

- **a** (COMPLETED): three \\*sources\\* found
- **b** (COMPLETED): well done

## a

### A

text of a

## b

text of b

## Integration Strategy

The outputs of the completed branches stand one after the other, in the order of the plan; nothing was left out or reworded. Success rate 100%: 2 of 2 branches.

No branch is missing.
`);
    expect(result).toMatchObject({
      summary: "merged 2 of 2 branches (100%)",
      data: { branches: 2, merged: ["a", "b"], missing: [], successRate: 100 },
    });
  });

  it("S0-009: 1 of 3 branches failed: made of two, success rate 66.7%, and the failed one is listed", async () => {
    const { text, result } = await merge(
      { "run/1.md": "one", "run/3.md": "three" },
      {
        a: done(["artifacts/1.md"]),
        b: { status: "FAILED", summary: "exit code 1", outputs: ["artifacts/2.md"] },
        c: done(["artifacts/3.md"]),
      },
    );
    expect(text).toContain("Success rate 66.7%: 2 of 3 branches.");
    expect(text).toContain("Missing branches:\n\n- **b**: FAILED, exit code 1\n");
    expect(text).not.toContain("## b");
    expect(result).toMatchObject({ data: { missing: ["b"], successRate: 66.7 } });
  });

  it("gives each branch its own file where two have the same name in different folders", async () => {
    const { text } = await merge(
      { "one/out.md": "of a", "two/out.md": "of b", "run/artifacts/out.md": "of c" },
      { a: done(["one/out.md"]), b: done(["./two/out.md"]), c: done(["artifacts/artifacts/out.md"]) },
    );
    expect(text).toMatch(/## a\n\nof a\n\n## b\n\nof b\n\n## c\n\nof c\n/);
  });

  it("leaves code as it is, and closes what a branch left open", async () => {
    const code = "```sh\n# no heading\n~~~\n```\n# heading\n~~~~\n# open\n~~~";
    const { text } = await merge({ "run/1.md": code }, { a: done(["artifacts/1.md"]) });
    expect(text).toContain("```sh\n# no heading\n~~~\n```\n### heading\n~~~~\n# open\n~~~\n~~~~\n");
  });

  it("names what is no text, and says what a branch without outputs said", async () => {
    const { text } = await merge(
      { "run/image.png": Buffer.from([1, 0, 2]), "run/folder/x": "x" },
      { a: done(["artifacts/image.png", "artifacts/folder"]), b: done([], "only *words*") },
    );
    expect(text).toMatch(/## a\n\nSee `\S+\/run\/image\.png`\.\nSee `\S+\/run\/folder`\.\n/);
    expect(text).toContain("## b\n\nonly \\*words\\*\n");
  });

  it("takes more than fits into one write, and leaves nothing beside its file", async () => {
    const long = "## line of a long text\n".repeat(20_000);
    const { text, there } = await merge({ "run/1.md": long }, { a: done(["artifacts/1.md"]) });
    expect(text.split("\n#### line of a long text").length).toBe(20_001);
    expect(there).toEqual(["1.md", "parallel-result-r1.md"]);
  });

  it("needs an output", async () => {
    const work = workPackage({ agent: "merge" });
    await expect(ran(agentActor(), work)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});
