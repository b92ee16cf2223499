/** Names and paths: what passes is kept as it is, what could mean another file is refused. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { filesIn } from "../../../src/agents/artifacts/files.ts";
import { namesOf, ownerOf } from "../../../src/agents/artifacts/names.ts";
import { checkPaths, pathFault } from "../../../src/agents/artifacts/paths.ts";
import { gitArtifacts } from "../../../src/agents/artifacts/store.ts";
import { coded, commitOf, gitWorld, opened } from "../../support/git-world.ts";

const id = fc.stringMatching(/^[A-Za-z0-9_:~-]{1,12}$/);

describe("the names of branches and tags", () => {
  test.prop({ ids: fc.array(fc.tuple(id, id), { minLength: 30, maxLength: 30 }) }, { numRuns: 4 })(
    "T-X3: for every workflow and task, pass git check-ref-format",
    ({ ids }) => {
      for (const [workflow, task] of ids) {
        const { branch, tag } = namesOf({ workflow, task });
        execFileSync("git", ["check-ref-format", "--branch", branch]);
        execFileSync("git", ["check-ref-format", `refs/tags/${tag}`]);
      }
    },
  );

  test.prop({ a: fc.tuple(id, id), b: fc.tuple(id, id) })(
    "for every two tasks, are two, and say whose they are",
    ({ a, b }) => {
      const [first, second] = [a, b].map(([workflow, task]) => namesOf({ workflow, task }));
      const same = a.join("/") === b.join("/");
      expect(first?.branch === second?.branch).toBe(same);
      expect(first?.tag === second?.tag).toBe(same);
      expect(ownerOf(first?.branch ?? "")).toEqual({ workflow: a[0], task: a[1] });
    },
  );

  it("T-X3: are the plain ones where the ids allow it", () => {
    const names = (workflow: string, task: string) => {
      const { branch, tag } = namesOf({ workflow, task });
      return [branch, tag];
    };
    expect(names("wf-1", "write_it")).toEqual(["ai/generated/wf-1/write_it", "workflow_wf-1_write_it"]);
    expect(names("a", "b_c")[1]).not.toBe(names("a_b", "c")[1]);
    expect(names("r1", "build:t1~2")).toEqual([
      "ai/generated/r1/build%3At1%7E2",
      "workflow_r1_build%3At1%7E2",
    ]);
  });

  it.each(["", "a/b", "..", "a.lock", "a b", "a\n", "é", "@{", "x".repeat(121)])(
    "T-X3: the id %j is refused",
    (wrong) => {
      expect(() => namesOf({ workflow: wrong, task: "t" })).toThrow("is no id");
      expect(() => namesOf({ workflow: "w", task: wrong })).toThrow("is no id");
      expect(ownerOf(`ai/generated/w/${wrong}`)).toBeUndefined();
    },
  );
});

describe("paths of artifacts", () => {
  it.each([
    "",
    "/etc/passwd",
    "C:/x",
    "..",
    "../x",
    "a/../../x",
    "a/./b",
    "a//b",
    "a/",
    String.raw`a\..\..\x`,
    "a\0b",
    "\ud800",
    ".git",
    ".GIT/hooks/post-checkout",
    "sub/.Git/config",
    ".g\u200cit/config",
    "git~1/config",
    ".git::$INDEX_ALLOCATION/x",
    ".git./x",
    ".git /x",
    "x.",
    "x ",
    "a ./b",
    ".troupe/artifacts/wf-1/t1.json",
    ".TROUPE/x",
    "x".repeat(256),
    "d/".repeat(2_000) + "x",
  ])("%j is refused", (path) => expect(() => checkPaths([path])).toThrow("cannot be an artifact"));

  it("a path twice is refused, and a file that is a folder, too", () => {
    expect(() => checkPaths(["a", "b", "a"])).toThrow("it stands twice");
    expect(() => checkPaths(["a/b/c", "a"])).toThrow('"a" is a file');
  });

  it("nothing is committed where one of many is refused", async () => {
    using world = await opened();
    await expect(world.store.commit(commitOf({ a: "a", "../b": "b" }))).rejects.toEqual(
      coded("ARTIFACT_INVALID", /"\.\.\/b"/),
    );
    expect(world.git("count-objects")).toBe("0 objects, 0 kilobytes");
  });

  it("what holds a secret never becomes an object, wherever it is cut", async () => {
    using world = gitWorld();
    const env = { PATH: process.env["PATH"], DEPLOY_TOKEN: "s3cret-of-the-host" };
    const repository = join(world.folder, "kept.git");
    const store = await gitArtifacts({ repository, init: true, env, secrets: ["another-one"] });
    const big = Buffer.alloc(300_000, "x");
    big.write("s3cret-of-the-host", 2 * 65_536 - 9);
    writeFileSync(join(world.folder, "big"), big);
    const files = [{ path: "big", file: join(world.folder, "big") }];
    const base64 = Buffer.from("s3cret-of-the-host").toString("base64");
    const { metadata } = commitOf({});
    for (const request of [
      commitOf({}, { files }),
      commitOf({ a: "an another-one" }),
      commitOf({ a: base64 }),
      commitOf({}, { metadata: { ...metadata, agent_role: "another-one" } }),
    ])
      await expect(store.commit(request)).rejects.toEqual(
        coded("ARTIFACT_INVALID", /a secret of this host/),
      );
    expect(world.git("kept.git", "count-objects")).toBe("0 objects, 0 kilobytes");
  });
});

describe("files of a folder", () => {
  it("links that lead out, folders and pipes are refused, by their name", async () => {
    using world = await opened();
    const work = join(world.folder, "work");
    mkdirSync(join(work, "sub"), { recursive: true });
    writeFileSync(join(work, "inside"), "x");
    writeFileSync(join(world.folder, "outside"), "x");
    symlinkSync("../outside", join(work, "out"));
    symlinkSync("..", join(work, "up"));
    symlinkSync("nothing", join(work, "dangling"));
    symlinkSync("sub", join(work, "folder"));
    execFileSync("mkfifo", [join(work, "pipe")]);
    for (const path of ["out", "up/outside", "dangling", "../outside", "missing"])
      await expect(filesIn(work, [path])).rejects.toEqual(coded("ARTIFACT_INVALID"));
    for (const path of ["folder", "pipe"]) {
      const files = await filesIn(work, [path]);
      await expect(world.store.commit(commitOf({}, { files }))).rejects.toEqual(
        coded("ARTIFACT_INVALID", /it is no file/),
      );
    }
    // a file that was changed for a link since it was looked at
    const files = [{ path: "a", file: join(work, "out") }];
    await expect(world.store.commit(commitOf({}, { files }))).rejects.toEqual(
      coded("ARTIFACT_INVALID", /cannot be read/),
    );
    await expect(filesIn(join(world.folder, "none"))).rejects.toEqual(coded("ARTIFACT_INVALID"));
  });
});

const odd = fc.constantFrom(
  "a",
  "B",
  " x",
  '"',
  "'",
  "\n",
  "\t",
  "é",
  "e\u0301",
  "-",
  "--help",
  "日本",
  "😀",
  ":(x",
  "*",
  "%41",
);
const name = fc
  .array(fc.oneof(odd, fc.string({ unit: "grapheme", maxLength: 3 })), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("").replaceAll("/", ""))
  .filter((text) => pathFault(text) === undefined);
const file = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/")),
  bytes: fc.uint8Array({ maxLength: 40 }),
  executable: fc.boolean(),
});
const tree = fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 6 }).filter((files) => {
  const paths = files.map(({ path }) => path);
  return paths.every(
    (path) => pathFault(path) === undefined && !paths.some((p) => p.startsWith(`${path}/`)),
  );
});

test.prop({ files: tree }, { numRuns: 12 })(
  "T-X3: for every tree of files, what is read is what was committed: paths, bytes and modes",
  async ({ files }) => {
    using world = await opened();
    await world.store.commit(commitOf({}, { files }));
    const read = await world.store.read({ workflow: "wf-1", task: "t1" });
    const known = Map.groupBy(read, ({ path }) => path);
    expect(read).toHaveLength(files.length);
    for (const { path, bytes, executable } of files)
      expect(known.get(path)).toEqual([{ path, bytes: Buffer.from(bytes), executable }]);
    expect(world.git("fsck", "--strict", "--no-dangling")).toBe("");
  },
);
