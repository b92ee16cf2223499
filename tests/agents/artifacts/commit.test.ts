/** Artifacts that are committed are in the repository, and nothing else in it has changed. */
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesIn } from "../../../src/agents/artifacts/files.ts";
import { ArtifactMetadata } from "../../../src/agents/artifacts/metadata.ts";
import { gitArtifacts } from "../../../src/agents/artifacts/store.ts";
import { coded, commitOf, opened, SOURCE } from "../../support/git-world.ts";

describe("a commit of artifacts", () => {
  it("S3-041: gives a branch, a SHA and a tag, which git finds", async () => {
    using world = await opened();
    const made = await world.store.commit(commitOf({ "docs/a.md": "# A\n" }));
    expect(made).toMatchObject({ branch: "ai/generated/wf-1/t1", tag: "workflow_wf-1_t1" });
    expect(world.git("rev-parse", "refs/heads/ai/generated/wf-1/t1")).toBe(made.commit);
    expect(world.git("rev-parse", "refs/tags/workflow_wf-1_t1")).toBe(made.commit);
    expect(world.git("show", `${made.branch}:docs/a.md`)).toBe("# A");
    expect(world.git("log", "-1", "--format=%an <%ae> %ct %cn", made.commit)).toBe(
      "troupe <troupe@localhost> 1795255200 troupe",
    );
    expect(world.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  it("S3-042: holds its metadata for programs, and a message for people", async () => {
    using world = await opened();
    const { commit } = await world.store.commit(commitOf({ "b.txt": "bb", "a\nb": "a" }));
    const text = world.git("show", `${commit}:.troupe/artifacts/wf-1/t1.json`);
    const metadata = ArtifactMetadata.parse(JSON.parse(text));
    expect(metadata).toMatchObject({ workflow_id: "wf-1", task_id: "t1", ...SOURCE });
    expect(metadata.artifacts.map(({ path, bytes }) => [path, bytes])).toEqual([
      ["a\nb", 1],
      ["b.txt", 2],
    ]);
    expect(metadata.artifacts[1]?.sha256).toMatch(
      /^3b64db95cb55c763391c707108489ae18b4112d783300de38e033b4c98c3deaf$/,
    );
    expect(await world.store.history({ workflow: "wf-1", task: "t1" })).toMatchObject([
      { commit, metadata },
    ]);
    expect(world.git("log", "-1", "--format=%B", commit)).toMatch(
      /^Artifacts of t1 in wf-1: 2 files\n\nMade by coder 1\.2\.0 with scripted\.\n\n- "a\\nb" \(1 bytes\)\n- b\.txt \(2 bytes\)\n\nWorkflow-Id: wf-1\n/,
    );
  });

  it("S3-042: refuses metadata that is wrong, by the field", async () => {
    using world = await opened();
    const wrong = async (field: object, place: RegExp): Promise<void> => {
      const metadata = { ...SOURCE, ...field };
      await expect(world.store.commit(commitOf({ a: "a" }, { metadata }))).rejects.toEqual(
        coded("ARTIFACT_INVALID", place),
      );
    };
    await wrong({ prompt_hash: "md5:1" }, /metadata\.prompt_hash/);
    await wrong({ timestamp: "yesterday" }, /metadata\.timestamp/);
    await wrong({ agent_role: "a\nTask-Id: forged" }, /metadata\.agent_role/);
    await wrong({ more: 1 }, /more/);
    expect(world.git("for-each-ref")).toBe("");
  });

  it("S3-043: keeps files of one name in two folders, and every byte of them", async () => {
    using world = await opened();
    const all = Uint8Array.from({ length: 256 }, (_, n) => n);
    const crlf = "a\r\nb\r\n";
    const { commit } = await world.store.commit(
      commitOf({ "x/index.bin": all, "y/index.bin": crlf, ".gitattributes": "* text eol=lf\n" }),
    );
    const read = await world.store.read({ workflow: "wf-1", task: "t1", commit }, [
      "x/index.bin",
      "y/index.bin",
    ]);
    expect(read.map(({ path, bytes }) => [path, [...bytes]])).toEqual([
      ["x/index.bin", [...all]],
      ["y/index.bin", [...Buffer.from(crlf)]],
    ]);
  });

  it("S3-043: reads a big file from a disk, and keeps that it can be executed", async () => {
    using world = await opened();
    const big = Buffer.alloc(20 * 1024 * 1024, "0123456789abcde\n");
    const work = join(world.folder, "work");
    mkdirSync(join(work, "bin"), { recursive: true });
    mkdirSync(join(work, ".troupe"));
    mkdirSync(join(work, ".git"));
    for (const name of ["bin/tool", ".troupe/t1.package.json", ".git/config"])
      writeFileSync(join(work, name), "x");
    writeFileSync(join(work, "big"), big);
    symlinkSync("bin/tool", join(work, "link"));
    chmodSync(join(work, "bin/tool"), 0o755);
    await world.store.commit(commitOf({}, { files: await filesIn(work) }));
    const read = await world.store.read({ workflow: "wf-1", task: "t1" });
    expect(read.map(({ path, executable }) => [path, executable])).toEqual([
      ["big", false],
      ["bin/tool", true],
      ["link", true],
    ]);
    expect(big.equals(read[0]?.bytes ?? Buffer.alloc(0))).toBe(true);
  });

  it("commits a task that made nothing", async () => {
    using world = await opened();
    await world.store.commit(commitOf({}));
    expect(await world.store.read({ workflow: "wf-1", task: "t1" })).toEqual([]);
  });
});

describe("the same task again", () => {
  it("S3-044: other content is a new commit on top, and the tag moves with the branch", async () => {
    using world = await opened();
    const first = await world.store.commit(commitOf({ a: "1", b: "1" }));
    const second = await world.store.commit(commitOf({ a: "2" }));
    expect(world.git("rev-list", "--parents", "-1", second.branch)).toBe(
      `${second.commit} ${first.commit}`,
    );
    expect(world.git("rev-parse", second.tag)).toBe(second.commit);
    expect(world.git("ls-tree", "--name-only", second.commit)).toBe(".troupe\na");
    const before = await world.store.read({ workflow: "wf-1", task: "t1", commit: first.commit });
    expect(before.map(({ path }) => path)).toEqual(["a", "b"]);
  });

  it("S3-044: the same content and metadata is the same commit", async () => {
    using world = await opened();
    const first = await world.store.commit(commitOf({ a: "1" }));
    const later = { ...SOURCE, timestamp: "2026-11-21T11:00:00Z" };
    expect(await world.store.commit(commitOf({ a: "1" }))).toEqual({ ...first, created: false });
    expect((await world.store.commit(commitOf({ a: "1" }, { metadata: later }))).created).toBe(true);
    expect(await world.store.commit(commitOf({ a: "1" }))).toEqual({ ...first, created: false });
    expect(world.git("rev-list", "--count", first.branch)).toBe("2");
  });

  it("S3-044: the same key and files are the same commit at whatever time, other files are not", async () => {
    using world = await opened();
    const key = "task/wf-1:t1/3/0";
    const later = { ...SOURCE, timestamp: "2026-11-21T11:00:00Z" };
    const first = await world.store.commit(commitOf({ a: "1" }, { key }));
    const again = await world.store.commit(commitOf({ a: "1" }, { key, metadata: later }));
    expect(again).toEqual({ ...first, created: false });
    const other = await world.store.commit(commitOf({ a: "2" }, { key, metadata: later }));
    expect(other.created).toBe(true);
    const retried = await world.store.commit(commitOf({ a: "1" }, { key: "task/wf-1:t1/5/0" }));
    expect(retried.created).toBe(true);
  });

  it.each(["missing", "behind"])("S3-044: a tag that a crash left %s is mended", async (tag) => {
    using world = await opened();
    const first = await world.store.commit(commitOf({ a: "1" }));
    const second = await world.store.commit(commitOf({ a: "2" }));
    if (tag === "missing") world.git("tag", "-d", first.tag);
    else world.git("tag", "-f", first.tag, first.commit);
    expect(await world.store.commit(commitOf({ a: "2" }))).toEqual({ ...second, created: false });
    expect(world.git("rev-parse", first.tag)).toBe(second.commit);
  });

  it("S3-044: an older one again mends the tag and takes nothing back", async () => {
    using world = await opened();
    const first = await world.store.commit(commitOf({ a: "1" }));
    const second = await world.store.commit(commitOf({ a: "2" }));
    world.git("tag", "-d", first.tag);
    expect(await world.store.commit(commitOf({ a: "1" }))).toEqual({ ...first, created: false });
    expect(world.git("rev-parse", first.branch, first.tag)).toBe(`${second.commit}\n${second.commit}`);
  });

  it.each(["before", "after"])(
    "S3-044: killed %s any call of git, it is done by doing it again, once",
    async (when) => {
      using world = await opened();
      const first = await world.store.commit(commitOf({ a: "1" }));
      const git = join(world.folder, "killed");
      const died = join(world.folder, "died");
      const work = when === "after" ? 'git "$@";' : "";
      const verbs = "hash-object write-tree commit-tree update-ref";
      for (const [n, verb] of verbs.split(" ").entries()) {
        const line = `case " $* " in *" ${verb} "*) [ -e "${died}${n}" ] || { : > "${died}${n}"; ${work} kill -9 $$; };; esac`;
        writeFileSync(git, `#!/bin/sh\n${line}\nexec git "$@"\n`, { mode: 0o755 });
        const crashing = await gitArtifacts({ repository: world.store.folder, git });
        const request = commitOf({ a: `after ${verb}` });
        const tried = await crashing.commit(request).catch((error: unknown) => error);
        expect(existsSync(`${died}${n}`)).toBe(true);
        const made = await world.store.commit(request);
        // of the last call nobody heard that it went well: it is looked up
        const known = verb === "update-ref" && when === "after";
        expect([tried, made.created]).toEqual([known ? made : coded("GIT_FAILED"), !known]);
        expect(world.git("rev-parse", made.tag)).toBe(made.commit);
        expect(world.git("rev-list", "--count", first.branch)).toBe(String(n + 2));
      }
    },
  );

  it("S3-044: an unfinished commit without its branch is done as if it had never begun", async () => {
    using world = await opened();
    const first = await world.store.commit(commitOf({ a: "1" }));
    world.git("update-ref", "-d", `refs/heads/${first.branch}`);
    world.git("tag", "-d", first.tag);
    expect(await world.store.commit(commitOf({ a: "1" }))).toEqual(first);
  });
});

describe("what is in the way", () => {
  it("a tag of somebody else is not moved", async () => {
    using world = await opened();
    const { commit } = await world.store.commit(commitOf({ a: "1" }, { task: "other" }));
    world.git("tag", "workflow_wf-1_t1", commit);
    await expect(world.store.commit(commitOf({ a: "1" }))).rejects.toEqual(
      coded("BRANCH_IN_USE", /"workflow_wf-1_t1"/),
    );
    expect(world.git("rev-parse", "workflow_wf-1_t1")).toBe(commit);
    expect(await world.store.list("wf-1")).toHaveLength(1);
  });

  it.each(["ai", "ai/generated/wf-1", "ai/generated/wf-1/t1/mine"])(
    "T-X3: a branch %s of somebody else is named",
    async (branch) => {
      using world = await opened();
      const { commit } = await world.store.commit(commitOf({ a: "1" }));
      for (const ref of ["refs/heads/ai/generated/wf-1/t1", "refs/tags/workflow_wf-1_t1"])
        world.git("update-ref", "-d", ref);
      world.git("branch", branch, commit);
      await expect(world.store.commit(commitOf({ a: "1" }))).rejects.toEqual(
        coded("BRANCH_IN_USE", new RegExp(`"${branch}"`)),
      );
      expect(world.git("for-each-ref", "--format=%(refname)")).toBe(`refs/heads/${branch}`);
    },
  );

  it("a commit that was made by hand on such a branch is shown, and read with care", async () => {
    using world = await opened();
    const { commit } = await world.store.commit(commitOf({ a: "1" }));
    const blob = world.git("rev-parse", `${commit}:a`);
    const by = (line: string): string =>
      world.git("commit-tree", world.fed(`${line}\n`, "kept.git", "mktree"), "-m", "by hand");
    world.git("branch", "ai/generated/wf-1/t2", by(`120000 blob ${blob}\tlink`));
    world.git("branch", "ai/generated/wf-1/t3", by(`100644 blob ${blob}\t..`));
    const listed = await world.store.list();
    expect(listed.map(({ task, metadata }) => [task, metadata === undefined])).toEqual([
      ["t2", true],
      ["t3", true],
      ["t1", false],
    ]);
    for (const task of ["t2", "t3"])
      await expect(world.store.read({ workflow: "wf-1", task })).rejects.toEqual(
        coded("ARTIFACT_INVALID"),
      );
  });
});
