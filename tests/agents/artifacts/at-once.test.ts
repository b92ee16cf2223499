/** Commits made at once, in one process and in several: none is lost. Copies to another repository. */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ArtifactCommit } from "../../../src/agents/artifacts/commit.ts";
import { gitArtifacts } from "../../../src/agents/artifacts/store.ts";
import { TroupeError } from "../../../src/errors.ts";
import { coded, commitOf, gitWorld, opened, photo } from "../../support/git-world.ts";

const CHILD = join(import.meta.dirname, "../../support/artifacts-child.ts");

async function committedBy(
  repository: string,
  requests: readonly ArtifactCommit[],
): Promise<readonly string[]> {
  const argv = [CHILD, repository, JSON.stringify(requests)];
  const { stdout } = await promisify(execFile)(process.execPath, argv);
  return z.array(z.string()).parse(JSON.parse(stdout));
}

describe("commits made at once", () => {
  it("S3-044: twenty of several processes, to the same branch and to others: all are there, each on top of another", async () => {
    using world = gitWorld();
    const repository = world.dirty();
    const before = photo(repository);
    const numbers = [0, 1, 2, 3, 4];
    const requests = (who: string): readonly ArtifactCommit[] =>
      numbers.map((n) =>
        commitOf({ [`${who}${n}`]: `${n}` }, { key: `${who}${n}`, ...(n > 2 && { task: who }) }),
      );
    const store = await gitArtifacts({ repository });
    const made = await Promise.all([
      ...["p", "q"].map((who) => committedBy(repository, requests(who))),
      ...["r", "s"].map((who) =>
        Promise.all(requests(who).map(async (one) => (await store.commit(one)).commit)),
      ),
    ]);
    const shared = await store.history({ workflow: "wf-1", task: "t1" });
    const others = await Promise.all(
      ["p", "q", "r", "s"].map((task) => store.history({ workflow: "wf-1", task })),
    );
    expect(shared).toHaveLength(12);
    expect(others.map((history) => history.length)).toEqual([2, 2, 2, 2]);
    const found = [shared, ...others].flat().map(({ commit }) => commit);
    expect(found.toSorted()).toEqual(made.flat().toSorted());
    const tips = [shared, ...others].flatMap(([last]) => last?.commit ?? []);
    const tags = world.git("project", "for-each-ref", "--format=%(objectname)", "refs/tags");
    expect(tags.split("\n").toSorted()).toEqual(tips.toSorted());
    expect(photo(repository)).toEqual(before);
    // what each of them said once more is there already
    for (const request of requests("p")) expect((await store.commit(request)).created).toBe(false);
  });

  it("S3-044: the same commit, made at once, is one", async () => {
    using world = await opened();
    const made = await Promise.all(
      Array.from({ length: 4 }, () => world.store.commit(commitOf({ a: "1" }))),
    );
    expect(new Set(made.map(({ commit }) => commit)).size).toBe(1);
    expect(made.filter(({ created }) => created)).toHaveLength(1);
  });
});

describe("a push to a remote", () => {
  it("S3-045: brings branches and tags there, again after they moved, and only those of the run", async () => {
    using world = await opened();
    world.git("init", "--quiet", "--bare", "../remote.git");
    const remote = join(world.folder, "remote.git");
    await world.store.commit(commitOf({ a: "1" }));
    await world.store.commit(commitOf({ a: "1" }, { workflow: "wf-2" }));
    const pushed = await world.store.push({ remote, workflow: "wf-1" });
    expect(pushed).toEqual({ branches: ["ai/generated/wf-1/t1"], tags: ["workflow_wf-1_t1"] });
    const { commit } = await world.store.commit(commitOf({ a: "2" }));
    world.git("remote", "add", "origin", remote);
    await world.store.push({ remote: "origin", workflow: "wf-1", task: "t1" });
    expect(world.fed("", "remote.git", "for-each-ref", "--format=%(objectname) %(refname)")).toBe(
      `${commit} refs/heads/ai/generated/wf-1/t1\n${commit} refs/tags/workflow_wf-1_t1`,
    );
    await expect(world.store.push({ remote, workflow: "none" })).rejects.toEqual(
      coded("ARTIFACT_NOT_FOUND"),
    );
  });

  it("S3-045: overwrites nothing there, and runs no hook here", async () => {
    using world = await opened();
    world.git("init", "--quiet", "--bare", "../remote.git");
    const remote = join(world.folder, "remote.git");
    const { branch } = await world.store.commit(commitOf({ a: "1" }));
    await world.store.push({ remote });
    const theirs = await gitArtifacts({ repository: remote });
    const { commit } = await theirs.commit(commitOf({ a: "theirs" }));
    await world.store.commit(commitOf({ a: "ours" }));
    writeFileSync(join(world.store.folder, "pre-push"), `#!/bin/sh\ntouch "${world.folder}/hooked"\n`);
    chmodSync(join(world.store.folder, "pre-push"), 0o755);
    world.git("config", "core.hooksPath", ".");
    await expect(world.store.push({ remote })).rejects.toEqual(
      coded("ARTIFACTS_NOT_PUSHED", /non-fast-forward|fetch first/),
    );
    expect(world.fed("", "remote.git", "rev-parse", branch)).toBe(commit);
    expect(world.fed("", "remote.git", "rev-parse", "workflow_wf-1_t1")).toBe(commit);
    expect(() => readFileSync(join(world.folder, "hooked"))).toThrow("ENOENT");
  });

  it("S3-045: a password in a URL stands in no error", async () => {
    using world = await opened();
    await world.store.commit(commitOf({ a: "1" }));
    const server = createServer(({ headers: { authorization } }, answer) => {
      // a server that repeats what it was told
      const told = Buffer.from(authorization?.replace("Basic ", "") ?? "", "base64").toString();
      const asks = { "WWW-Authenticate": "Basic", "Content-Type": "text/plain" };
      answer.writeHead(authorization === undefined ? 401 : 403, asks).end(`no ${told}`);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo; // it listens on a port
    const remote = `http://ada:pass%20word@127.0.0.1:${port}/x.git`;
    const failure: unknown = await world.store.push({ remote }).catch((error: unknown) => error);
    server.close();
    if (!TroupeError.is(failure, "ARTIFACTS_NOT_PUSHED")) throw failure;
    const said = [failure.message, failure.hint, failure.stack, JSON.stringify(failure.data)].join();
    expect(said).toContain("[redacted]@127.0.0.1");
    expect(said).toContain("no ada:[redacted]");
    expect(said).not.toMatch(/pass word|pass%20word/);
  });

  it("S3-045: a remote that is a command is not run", async () => {
    using world = await opened();
    await world.store.commit(commitOf({ a: "1" }));
    for (const remote of [`ext::touch ${world.folder}/run`, `--receive-pack=touch ${world.folder}/run`])
      await expect(world.store.push({ remote })).rejects.toEqual(coded("ARTIFACTS_NOT_PUSHED"));
    expect(existsSync(join(world.folder, "run"))).toBe(false);
  });
});
