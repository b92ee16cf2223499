/** The terminal that the view of a run takes: how it is taken, and that it is given back. */
import { spawn, spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemScreen, type ScreenStreams } from "../../src/cli/full-screen.ts";
import { cliBench } from "../support/cli.ts";

describe("the terminal", () => {
  function streams() {
    const said: string[] = [];
    const raw: boolean[] = [];
    const stdin = Object.assign(new EventEmitter(), {
      isTTY: true,
      setRawMode: (on: boolean) => void raw.push(on),
      resume: () => {},
      pause: () => {},
    });
    const stdout = Object.assign(new EventEmitter(), {
      isTTY: true,
      columns: 0,
      rows: 7,
      write: (text: string) => void said.push(text),
    });
    return { said, raw, stdin, stdout, both: { stdin, stdout } as unknown as ScreenStreams }; // what of them is used
  }

  it("is taken whole and given back as it was, once", () => {
    const { said, raw, stdin, stdout, both } = streams();
    const exits = process.listenerCount("exit");
    const screen = systemScreen(both, {});
    expect([screen?.colour, screen?.columns, screen?.rows]).toEqual([true, 80, 7]);
    const keys: string[] = [];
    let resized = 0;
    const open = screen?.open({
      key: ({ name, text }) => keys.push(`${name}|${text}`),
      resized: () => resized++,
    });
    stdin.emit("keypress", "x", { name: "x" });
    stdin.emit("keypress", "\u001b[C", { name: "right" });
    stdin.emit("keypress", undefined, { name: "up" });
    stdout.emit("resize");
    open?.paint(["one", "two"]);
    open?.[Symbol.dispose]();
    open?.[Symbol.dispose]();
    stdin.emit("keypress", "y", { name: "y" });
    expect([keys, resized, raw]).toEqual([["x|x", "right|", "up|"], 1, [true, false]]);
    expect(said).toEqual([
      "\u001b[?1049h\u001b[?25l",
      "\u001b[Hone\u001b[K\r\ntwo\u001b[K\u001b[J",
      "\u001b[?25h\u001b[?1049l",
    ]);
    expect([process.listenerCount("exit"), stdout.listenerCount("resize")]).toEqual([exits, 0]);
  });

  it("is given back when the process ends with it open", () => {
    const { said, both } = streams();
    const before = new Set(process.listeners("exit"));
    systemScreen(both, {})?.open({ key: () => {}, resized: () => {} });
    for (const listener of process.listeners("exit")) if (!before.has(listener)) listener(1);
    expect(said.at(-1)).toBe("\u001b[?25h\u001b[?1049l");
  });

  it("is none where nobody types or looks, or that cannot be painted; NO_COLOR is honoured", () => {
    const { both } = streams();
    expect(systemScreen(both, { TERM: "dumb" })).toBeUndefined();
    expect(systemScreen(both, { NO_COLOR: "1" })?.colour).toBe(false);
    for (const name of ["stdin", "stdout"] as const) {
      const one = streams();
      one[name].isTTY = false;
      expect(systemScreen(one.both, {})).toBeUndefined();
    }
  });
});

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const PLAN = "name: p\ntasks: [{id: a, run: echo one}]\n";

/** util-linux has a `script` that runs a command on a terminal of its own. */
const hasScript = spawnSync("script", ["--version"]).stdout?.includes("util-linux") === true;

describe.skipIf(!hasScript)("on a real terminal, made by util-linux's script", () => {
  it("keys step through a run, and q gives the terminal back", { timeout: 60_000 }, async () => {
    using bench = cliBench();
    await bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", "r1"]);
    const { length } = (await bench.json(["replay", "r1"])).value as { length: number };
    const command = [process.execPath, MAIN, "replay", "r1", "--log", bench.log].join(" ");
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, TERM: "xterm", NO_COLOR: "1" },
    });
    let seen = "";
    const steps: (readonly [shown: string, keys: string])[] = [
      [`r1  1/${length}`, "\u001b[C"],
      [`r1  2/${length}`, "G"],
      [`r1  ${length}/${length}`, "/task.completed\r"],
      ["no record behind this one meets", "q"],
    ];
    child.stdout.on("data", (chunk: Buffer) => {
      seen += String(chunk);
      const [shown = "", keys = ""] = steps[0] ?? [];
      if (shown === "" || !seen.includes(shown)) return;
      steps.shift();
      child.stdin.write(keys);
    });
    const ended = Promise.withResolvers<number | null>();
    child.on("exit", (code) => ended.resolve(code));
    expect(await ended.promise).toBe(0);
    expect(steps).toEqual([]);
    expect(seen.indexOf("\u001b[?1049h")).toBeLessThan(seen.indexOf("r1  1/"));
    expect(seen.trimEnd().endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
    expect(seen).not.toContain("\u001b[1m");
  });

  it("a signal gives it back, too, and is no good end", { timeout: 60_000 }, async () => {
    using bench = cliBench();
    await bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", "r1"]);
    const pid = join(bench.folder, "pid");
    const command = `echo $$ > ${pid}; exec ${process.execPath} ${MAIN} replay r1 --log ${bench.log}`;
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, TERM: "xterm" },
    });
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => {
      const before = seen;
      seen += String(chunk);
      const shown = (text: string): boolean => /r1 {2}1\/\d/.test(text);
      if (shown(seen) && !shown(before)) process.kill(Number(readFileSync(pid, "utf8")), "SIGTERM");
    });
    const ended = Promise.withResolvers<number | null>();
    child.on("exit", (code) => ended.resolve(code));
    expect(await ended.promise).toBe(1);
    expect(seen.trimEnd().endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
  });
});
