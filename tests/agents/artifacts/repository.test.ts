/** Whatever state a repository is in, artifacts are committed beside it, or there is a clear error. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitArtifacts } from "../../../src/agents/artifacts/store.ts";
import { coded, commitOf, gitWorld, photo } from "../../support/git-world.ts";

describe("the bad input of a repository", () => {
  it("a dirty checkout stays exactly as it is, index included", async () => {
    using world = gitWorld();
    const repository = world.dirty();
    const status = world.git("project", "status", "--porcelain=v2", "--branch");
    const before = photo(repository);
    const store = await gitArtifacts({ repository });
    await store.commit(commitOf({ a: "other", b: "other", unknown: "other" }));
    expect(photo(repository)).toEqual(before);
    expect(world.git("project", "status", "--porcelain=v2", "--branch")).toBe(status);
  });

  it("a lock that somebody holds on the index holds nothing up", async () => {
    using world = gitWorld();
    const repository = world.dirty();
    writeFileSync(join(repository, ".git/index.lock"), "");
    const store = await gitArtifacts({ repository });
    await store.commit(commitOf({ a: "a" }));
    expect(readFileSync(join(repository, ".git/index.lock"), "utf8")).toBe("");
  });

  it.each(["with a commit", "unborn"])(
    "a branch that is checked out, %s, is not moved",
    async (how) => {
      using world = gitWorld();
      const repository = world.dirty();
      const store = await gitArtifacts({ repository });
      const { commit, branch } = await store.commit(commitOf({ a: "1" }));
      if (how === "unborn") {
        world.git("project", "update-ref", "-d", `refs/heads/${branch}`);
        world.git("project", "symbolic-ref", "HEAD", `refs/heads/${branch}`);
      } else world.git("project", "worktree", "add", "--quiet", "../second", branch);
      await expect(store.commit(commitOf({ a: "2" }))).rejects.toEqual(
        coded("BRANCH_IN_USE", /project|second/),
      );
      expect(world.git("project", "rev-parse", "workflow_wf-1_t1")).toBe(commit);
    },
  );

  it("hooks, filters, signatures and settings of the repository and the host change nothing", async () => {
    using world = gitWorld();
    const repository = world.dirty();
    const hook = join(repository, ".git/hooks/reference-transaction");
    writeFileSync(hook, `#!/bin/sh\ntouch "${world.folder}/hooked"\nexit 1\n`);
    chmodSync(hook, 0o755);
    writeFileSync(join(repository, ".gitattributes"), "* text eol=crlf filter=no\n");
    const settings = { "core.autocrlf": "true", "commit.gpgSign": "true", "core.splitIndex": "true" };
    const more = {
      "filter.no.clean": "false",
      "filter.no.required": "true",
      "log.showSignature": "true",
    };
    for (const [name, value] of Object.entries({ ...settings, ...more }))
      world.git("project", "config", name, value);
    const env = {
      PATH: process.env["PATH"],
      GIT_DIR: "/nowhere",
      GIT_INDEX_FILE: "/nowhere",
      GIT_AUTHOR_NAME: "Eve",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.bare",
      GIT_CONFIG_VALUE_0: "no such value",
    };
    const store = await gitArtifacts({ repository, env });
    await store.commit(commitOf({ a: "1\n", b: "1\r\n" }));
    const read = await store.read({ workflow: "wf-1", task: "t1" });
    expect(read.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["1\n", "1\r\n"]);
    expect(() => readFileSync(join(world.folder, "hooked"))).toThrow("ENOENT");
  });

  it("bare, with a checkout, a linked worktree, a shallow clone, SHA-256: all work", async () => {
    using world = gitWorld();
    const project = world.dirty();
    world.git("project", "worktree", "add", "--quiet", "--detach", "../linked");
    world.git("", "clone", "--quiet", "--depth=1", `file://${project}`, "shallow");
    world.git("", "init", "--quiet", "--bare", "--object-format=sha256", "long.git");
    world.git("", "init", "--quiet", "fresh");
    const used = ["linked", "shallow", "long.git", "fresh"].map(async (name) => {
      const store = await gitArtifacts({ repository: join(world.folder, name) });
      await store.commit(commitOf({ a: name }));
      const again = await store.commit(commitOf({ a: name, b: "2" }));
      expect(world.git(name, "rev-parse", again.tag)).toBe(again.commit);
      expect((await store.read({ workflow: "wf-1", task: "t1" })).map(({ path }) => path)).toEqual([
        "a",
        "b",
      ]);
    });
    await Promise.all(used);
    // a linked worktree has no branches of its own
    expect(world.git("project", "show", "ai/generated/wf-1/t1:a")).toBe("linked");
  });

  it("a repository that is missing is an error, or is made: once, by however many", async () => {
    using world = gitWorld();
    const project = world.dirty();
    mkdirSync(join(project, "below"));
    for (const repository of [join(world.folder, "none"), join(project, "below"), join(project, "a")])
      await expect(gitArtifacts({ repository })).rejects.toEqual(
        coded("REPOSITORY_NOT_FOUND", /is no git repository/),
      );
    await expect(gitArtifacts({ repository: join(project, "a"), init: true })).rejects.toEqual(
      coded("REPOSITORY_NOT_FOUND"),
    );
    const repository = join(world.folder, "deep/new.git");
    const stores = await Promise.all(
      Array.from({ length: 3 }, () => gitArtifacts({ repository, init: true })),
    );
    await Promise.all(stores.map((store, n) => store.commit(commitOf({ a: `${n}` }))));
    expect(await stores[0]?.history({ workflow: "wf-1", task: "t1" })).toHaveLength(3);
    expect(world.git("deep", "--git-dir=new.git", "rev-parse", "--is-bare-repository")).toBe("true");
  });

  it("without git it says so, and with a git that hangs it ends", async () => {
    using world = gitWorld();
    const options = { repository: world.folder, init: true };
    await expect(gitArtifacts({ ...options, git: "git-that-is-not-there" })).rejects.toEqual(
      coded("GIT_UNAVAILABLE", /"git-that-is-not-there"/),
    );
    const slow = join(world.folder, "slow");
    writeFileSync(slow, "#!/bin/sh\nexec sleep 60\n");
    chmodSync(slow, 0o755);
    const hanging = gitArtifacts({ repository: world.folder, git: slow, timeoutMs: 50 });
    await expect(hanging).rejects.toEqual(coded("GIT_FAILED", /longer than 50 ms/));
    const stop = new AbortController();
    const stopped = gitArtifacts({ repository: world.folder, git: slow, signal: stop.signal });
    stop.abort();
    await expect(stopped).rejects.toEqual(coded("ACTIVITY_CANCELLED"));
  });
});
