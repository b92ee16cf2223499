/** Copies of what a run has made. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keepActor } from "../../src/agents/keep-actor.ts";
import { freshFolder, ran } from "../support/agent-runs.ts";

function world() {
  const folder = freshFolder();
  const artifacts = join(folder.path, "runs/r1");
  mkdirSync(artifacts, { recursive: true });
  return {
    [Symbol.dispose]: () => folder[Symbol.dispose](),
    folder: folder.path,
    artifacts,
    keep: (outputs: readonly string[], name = "first") =>
      ran(keepActor(), { name, artifacts, outputs }),
    read: (path: string) => readFileSync(join(artifacts, "checkpoints", path), "utf8"),
    all: () => readdirSync(join(artifacts, "checkpoints"), { recursive: true }).map(String).toSorted(),
  };
}

describe("S3-010: keep", () => {
  it("copies files and folders, the run's own below artifacts/, others below files/", async () => {
    using w = world();
    const [own, deep, other] = [
      join(w.artifacts, "a.md"),
      join(w.artifacts, "d"),
      join(w.folder, "b.md"),
    ];
    mkdirSync(join(deep, "e"), { recursive: true });
    writeFileSync(own, "a");
    writeFileSync(join(deep, "e/f.txt"), "f");
    symlinkSync("e/f.txt", join(deep, "link"));
    writeFileSync(other, "b");
    const { kept } = await w.keep([own, deep, other, join(w.artifacts, "gone.md"), own]);
    expect(kept).toEqual([
      "checkpoints/first/artifacts/a.md",
      "checkpoints/first/artifacts/d",
      `checkpoints/first/files${other}`,
    ]);
    expect(w.read("first/artifacts/a.md")).toBe("a");
    expect(w.read("first/artifacts/d/e/f.txt")).toBe("f");
    expect(readlinkSync(join(w.artifacts, "checkpoints/first/artifacts/d/link"))).toBe("e/f.txt");
    expect(w.read(`first/files${other}`)).toBe("b");
  });

  it("takes the place of what was kept under the same name, whole; other names stay", async () => {
    using w = world();
    const [a, b] = [join(w.artifacts, "a.md"), join(w.artifacts, "b.md")];
    writeFileSync(a, "1");
    writeFileSync(b, "1");
    await w.keep([a, b]);
    await w.keep([a], "other");
    writeFileSync(a, "2");
    rmSync(b);
    await w.keep([a, b]);
    expect(w.read("first/artifacts/a.md")).toBe("2");
    expect(w.read("other/artifacts/a.md")).toBe("1");
    expect(w.all()).toEqual([
      "first",
      "first/artifacts",
      "first/artifacts/a.md",
      "other",
      "other/artifacts",
      "other/artifacts/a.md",
    ]);
  });

  it("what an earlier one that was cut short has left is no part of it", async () => {
    using w = world();
    const a = join(w.artifacts, "a.md");
    writeFileSync(a, "1");
    await w.keep([a]);
    for (const half of [".first.new", ".first.old"]) {
      mkdirSync(join(w.artifacts, "checkpoints", half), { recursive: true });
      writeFileSync(join(w.artifacts, "checkpoints", half, "half"), "");
    }
    await w.keep([a]);
    expect(w.all()).toEqual(["first", "first/artifacts", "first/artifacts/a.md"]);
  });

  it("never copies the copies", async () => {
    using w = world();
    writeFileSync(join(w.artifacts, "a.md"), "1");
    await w.keep([w.artifacts, join(w.artifacts, "checkpoints/first")]);
    await w.keep([w.artifacts, join(w.artifacts, "checkpoints/first")]);
    expect(w.all()).toEqual(["first", "first/artifacts", "first/artifacts/a.md"]);
  });

  it("keeps nothing as nothing", async () => {
    using w = world();
    expect(await w.keep([])).toEqual({ kept: [] });
    expect(w.all()).toEqual(["first"]);
  });
});
