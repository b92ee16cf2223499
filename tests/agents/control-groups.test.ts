/**
 * Which control groups are made, and with what in them, where Linux offers other ones than on the
 * machine of these tests. Folders stand for groups; the real ones are in sandbox-limits.test.ts.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openControlGroups } from "../../src/agents/sandbox/control-groups.ts";
import { limitsOf } from "../../src/agents/sandbox/limits.ts";

const root = mkdtempSync(join(tmpdir(), "troupe-groups-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const limits = limitsOf({ cpus: 0.5, memoryBytes: 64 * 1024 ** 2, pids: 10 });

function folder(path: string, controllers?: string): string {
  const at = join(root, path);
  mkdirSync(at, { recursive: true });
  if (controllers !== undefined) writeFileSync(join(at, "cgroup.subtree_control"), `${controllers}\n`);
  return at;
}

describe("control groups", () => {
  it("of version 2 are made where the nearest group above hands controllers down", async () => {
    const at = folder("v2", "cpu memory pids");
    folder("v2/user", "cpu memory pids io");
    folder("v2/user/own", "");
    const groups = await openControlGroups("mine", limits, {
      mounts: `cgroup2 ${at} cgroup2 rw,nosuid 0 0\n`,
      own: "0::/user/own\n",
    });
    const made = join(at, "user/mine");
    expect(groups.doors).toEqual([join(made, "cgroup.procs")]);
    expect([...groups.by]).toEqual([
      ["cpu", "control group, version 2"],
      ["memory", "control group, version 2"],
      ["pids", "control group, version 2"],
    ]);
    const read = (file: string): string => readFileSync(join(made, file), "utf8");
    expect(read("cpu.max")).toBe("50000 100000");
    expect(read("memory.max")).toBe(String(64 * 1024 ** 2));
    expect(read("memory.swap.max")).toBe("0");
    expect(read("pids.max")).toBe("12");
  });

  it("of version 2 tell what was met since a command began, and whether that ends it", async () => {
    const at = folder("met", "cpu memory pids");
    const told = { mounts: `cgroup2 ${at} cgroup2 rw 0 0\n`, own: "0::/\n" };
    const groups = await openControlGroups("mine", limits, told);
    const set = (memory: number, pids: number, throttled: number): void => {
      writeFileSync(join(at, "mine/memory.events"), `low 0\noom ${memory}\noom_kill ${memory}\n`);
      writeFileSync(join(at, "mine/pids.events"), `max ${pids}\n`);
      writeFileSync(join(at, "mine/cpu.stat"), `nr_periods 20\nnr_throttled ${throttled}\n`);
    };
    set(3, 4, 0);
    const meter = await groups.meter();
    expect(await meter.read(1)).toEqual([]);
    set(4, 5, 4);
    expect(await meter.read(1)).toEqual([
      { limit: "memory", stop: true },
      { limit: "pids", stop: false },
    ]);
    set(3, 4, 9);
    expect(await meter.read(1)).toEqual([{ limit: "cpu", stop: false }]);
  });

  it("of both versions are taken together, each controller once", async () => {
    const two = folder("both/unified", "memory");
    const pids = folder("both/pids/a:b");
    const told = {
      mounts: `cgroup2 ${two} cgroup2 rw 0 0\ncgroup ${join(root, "both/pids")} cgroup rw,pids 0 0\n`,
      own: "0::/\n7:pids:/a:b\n4:memory:/x\n",
    };
    const groups = await openControlGroups("mine", limits, told);
    expect([...groups.by.keys()]).toEqual(["memory", "pids"]);
    expect(groups.doors).toEqual([join(two, "mine/cgroup.procs"), join(pids, "mine/cgroup.procs")]);
  });

  it("are none where none may be made", async () => {
    const absent = { mounts: "cgroup2 /no/such/place cgroup2 rw 0 0\n", own: "0::/\n" };
    for (const told of [absent, { mounts: "", own: "" }]) {
      const groups = await openControlGroups("mine", limits, told);
      expect([groups.doors, groups.by.size]).toEqual([[], 0]);
    }
  });
});
