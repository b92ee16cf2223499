/** `troupe artifacts`: what is committed is listed, shown, printed and written out. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitArtifacts } from "../../src/agents/artifacts/store.ts";
import { cliBench } from "../support/cli.ts";
import { commitOf, gitWorld, SOURCE } from "../support/git-world.ts";

const RAW = Uint8Array.from([0, 255, 10, 13, 27]);

/** A bench whose runs keep their artifacts beside the log. */
async function benchWithArtifacts() {
  const bench = cliBench();
  const repository = join(bench.folder, "runs/artifacts.git");
  const store = await gitArtifacts({ repository, init: true });
  const files = [
    { path: "bin/tool", bytes: "#!/bin/sh\n", executable: true },
    { path: "raw.bin", bytes: RAW },
  ];
  await store.commit(commitOf({ "src/a.ts": "old\n" }));
  const { commit } = await store.commit(commitOf({}, { files }));
  const metadata = { ...SOURCE, timestamp: "2026-11-21T11:00:00Z" };
  await store.commit(commitOf({ "raw.bin": "other" }, { task: "build:t2", metadata }));
  await store.commit(commitOf({ a: "a" }, { workflow: "wf-2" }));
  return { ...bench, commit, store, [Symbol.dispose]: () => bench[Symbol.dispose]() };
}

describe("troupe artifacts", () => {
  it("ls lists the tasks of all runs or of one, the latest last", async () => {
    using bench = await benchWithArtifacts();
    const { code, out } = await bench.troupe(["artifacts", "ls", "wf-1"]);
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.replace(/[0-9a-f]{10}/, "SHA"))).toEqual([
      "RUN   TASK      FILES  COMMIT      MADE                  BY     MODEL",
      "wf-1  t1        2      SHA  2026-11-21 10:00:00Z  coder  scripted",
      "wf-1  build:t2  1      SHA  2026-11-21 11:00:00Z  coder  scripted",
    ]);
    const all = await bench.json(["artifacts", "ls"]);
    expect(all.value).toHaveLength(3);
    const none = await bench.troupe(["artifacts", "ls", "wf-9"]);
    expect(none).toMatchObject({ code: 0, out: "" });
    expect(none.err).toMatch(/^no artifacts of the run "wf-9" in .*artifacts\.git$/);
  });

  it("show has what is said of a task's artifacts, and their list", async () => {
    using bench = await benchWithArtifacts();
    const { out, err } = await bench.troupe(["artifacts", "show", "wf-1", "t1"]);
    for (const line of [
      /^branch +ai\/generated\/wf-1\/t1$/m,
      new RegExp(`^commit +${bench.commit}$`, "m"),
      /^tag +workflow_wf-1_t1$/m,
      /^correlation_id +c-1$/m,
      /^prompt_hash +sha256:[0-9a-f]{64}$/m,
      /^10 +[0-9a-f]{12} +bin\/tool$/m,
      /^5 +[0-9a-f]{12} +raw\.bin$/m,
    ])
      expect(out).toMatch(line);
    expect(err).toBe("1 commit before it: git log ai/generated/wf-1/t1");
    const { value } = await bench.json(["artifacts", "show", "wf-1", "t1"]);
    expect(value).toMatchObject({ commit: bench.commit, metadata: { workflow_id: "wf-1" } });
  });

  it("show prints one artifact byte for byte, or with --json as base64", async () => {
    using bench = await benchWithArtifacts();
    const { code, out, bytes } = await bench.troupe(["artifacts", "show", "wf-1", "t1", "raw.bin"]);
    expect({ code, out, bytes: [...(bytes ?? [])] }).toEqual({ code: 0, out: "", bytes: [...RAW] });
    const { value } = await bench.json(["artifacts", "show", "wf-1", "t1", "raw.bin"]);
    const base64 = Buffer.from(RAW).toString("base64");
    expect(value).toMatchObject({ path: "raw.bin", bytes: 5, executable: false, base64 });
  });

  it("says what it does not find, and what may have been meant", async () => {
    using bench = await benchWithArtifacts();
    const task = await bench.troupe(["artifacts", "show", "wf-1", "t3"]);
    expect(task.code).toBe(1);
    expect(task.err).toBe(
      'ARTIFACT_NOT_FOUND: there are no artifacts of the task "t3" in the run "wf-1"\n  → Did you mean the task "t1"?',
    );
    const path = await bench.json(["artifacts", "show", "wf-1", "t1", "raw.bim"]);
    expect(path).toMatchObject({
      code: 1,
      value: { error: { code: "ARTIFACT_NOT_FOUND", hint: 'Did you mean "raw.bin"?' } },
    });
    const to = join(bench.folder, "out");
    expect((await bench.troupe(["artifacts", "export", "wf-9", "--to", to])).code).toBe(1);
    expect(existsSync(to)).toBe(false);
    expect((await bench.troupe(["artifacts", "show", "w f", "t"])).code).toBe(2);
  });

  it("export writes a task's files with their modes, or each task's into a folder of its own", async () => {
    using bench = await benchWithArtifacts();
    const one = await bench.troupe(["artifacts", "export", "wf-1", "t1", "--to", "one"]);
    expect(one).toMatchObject({ code: 0, out: `2 files in ${join(bench.folder, "one")}` });
    expect(statSync(join(bench.folder, "one/bin/tool")).mode & 0o100).toBe(0o100);
    expect([...readFileSync(join(bench.folder, "one/raw.bin"))]).toEqual([...RAW]);
    const all = await bench.json(["artifacts", "export", "wf-1", "--to", "all"]);
    expect(all.value).toEqual({
      folder: join(bench.folder, "all"),
      files: ["t1/bin/tool", "t1/raw.bin", "build%3At2/raw.bin"],
    });
    expect(readFileSync(join(bench.folder, "all/build%3At2/raw.bin"), "utf8")).toBe("other");
  });

  it("export replaces nothing without --force, and writes nothing half, nor through a link", async () => {
    using bench = await benchWithArtifacts();
    const to = join(bench.folder, "out");
    mkdirSync(to);
    writeFileSync(join(to, "raw.bin"), "mine");
    const argv = ["artifacts", "export", "wf-1", "t1", "--to", "out"];
    const refused = await bench.troupe(argv);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^FILE_EXISTS: .*raw\.bin" is in the way; nothing was written/);
    expect(readdirSync(to)).toEqual(["raw.bin"]);
    expect((await bench.troupe([...argv, "--force"])).code).toBe(0);
    expect([...readFileSync(join(to, "raw.bin"))]).toEqual([...RAW]);
    mkdirSync(join(bench.folder, "else"));
    mkdirSync(join(bench.folder, "linked"));
    symlinkSync("../else", join(bench.folder, "linked/bin"));
    const linked = await bench.troupe([...argv.slice(0, -1), "linked", "--force"]);
    expect(linked.code).toBe(1);
    expect(readdirSync(join(bench.folder, "else"))).toEqual([]);
  });

  it("finds the repository that it stands in, or the one that is named; and says where none is", async () => {
    using bench = cliBench();
    const nothing = await bench.troupe(["artifacts", "ls"]);
    expect(nothing.code).toBe(1);
    expect(nothing.err).toMatch(/^REPOSITORY_NOT_FOUND: .*--repository/s);
    using world = gitWorld();
    const store = await gitArtifacts({ repository: world.dirty() });
    await store.commit(commitOf({ a: "a" }));
    const named = await bench.json(["artifacts", "ls", "--repository", join(world.folder, "project")]);
    expect(named.value).toHaveLength(1);
    world.git("project", "clone", "--quiet", "--mirror", ".", join(bench.folder, ".git"));
    expect((await bench.json(["artifacts", "ls"])).value).toHaveLength(1);
    const without = await bench.troupe(["artifacts", "ls"], { env: { PATH: "/nowhere" } });
    expect(without.err).toMatch(/^GIT_UNAVAILABLE/);
  });
});
