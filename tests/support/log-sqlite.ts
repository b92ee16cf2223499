/** SQLite logs for tests: a folder of its own for each, and processes that can be killed. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { record, type LogFixture } from "./log-fixture.ts";

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** A fresh folder; removed when disposed. */
export async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "troupe-log-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Another process on the same log, and the lines it prints. */
export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
  /** The next line; fails with what stands on stderr if there is none. */
  line(): Promise<string>;
  /** Waits until it has ended by itself; answers the lines that it had printed until then. */
  end(): Promise<string[]>;
  /** Kills it as kill -9 does; answers the lines that it had printed until then. */
  kill(): Promise<string[]>;
}

/** Starts `log-child.ts` with a role; `wrap` is put before the command (strace, a shell's limits). */
export function child(
  args: readonly string[],
  wrap: readonly string[] = [],
  options: SpawnOptions = {},
): Child {
  const script = fileURLToPath(new URL("./log-child.ts", import.meta.url));
  const [command = process.execPath, ...rest] = [...wrap, process.execPath, script, ...args];
  const started = spawn(command, rest, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  started.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const exited = once(started, "close");
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const end = async (): Promise<string[]> => {
    const printed: string[] = [];
    for (let next = await lines.next(); next.done !== true; next = await lines.next())
      printed.push(next.value);
    await exited;
    return printed;
  };
  const kill = () => {
    started.kill("SIGKILL");
    return end();
  };
  return {
    process: started,
    lines,
    end,
    kill,
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`the child ended: ${complaint}`);
      return next.value;
    },
    async [Symbol.asyncDispose]() {
      await kill();
    },
  };
}

/** How the contract sees the SQLite engine. */
export const sqliteFixture: LogFixture = {
  runs: 15,
  async storage() {
    const home = await folder();
    const path = join(home.path, "log.db");
    let ahead = 0;
    return {
      open: async (options) => sqliteLog({ ...options, path, now: () => Date.now() + ahead }),
      async leavePayload(log, body) {
        await log.append("left/l", [record("left", body)], { expected: 0 });
        using db = new DatabaseSync(path);
        db.exec("DELETE FROM records WHERE stream = 'left/l'");
      },
      async later(ms) {
        ahead += ms;
      },
      async countPayloads() {
        using db = new DatabaseSync(path, { readOnly: true });
        return Number(db.prepare("SELECT count(*) AS n FROM payloads").get()?.["n"]);
      },
      async deadOwner(owner) {
        await using other = child(["own", path, owner]);
        await other.line();
        await other.kill();
      },
      [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
    };
  },
};
