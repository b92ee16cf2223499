/** What the other process does in tests of the SQLite log: `log-child.ts ROLE PATH ARGUMENT…`. */
import { TroupeError } from "../../src/errors.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { idsOf, record } from "./log-fixture.ts";

const [role = "", path = "", argument = ""] = process.argv.slice(2);

/** Each role prints a line for each thing done. */
const roles: Record<string, () => Promise<void>> = {
  /** Owns until killed. */
  async own() {
    const { epoch } = await sqliteLog({ path }).claim({ owner: argument });
    console.log(`owned ${epoch}`);
    process.stdin.resume();
  },
  /** Owns, and appends one by one until killed; prints each acknowledged seq. */
  async write() {
    const log = sqliteLog({ path });
    await log.claim({ owner: "the writer" });
    for (let seq = await log.tip("task/r1"); ;) {
      seq = await log.append("task/r1", [record(`id-${seq + 1}`)], { expected: seq });
      process.stdout.write(`${seq}\n`);
    }
  },
  /** Appends so many records one after another, then ends. */
  async append() {
    await using log = sqliteLog({ path });
    for (let seq = 0; seq < Number(argument);)
      seq = await log.append("task/r1", [record(`id-${seq + 1}`)], { expected: seq });
  },
  /** Appends 64 KiB after 64 KiB until it is refused; prints the last seq written, and the code. */
  async fill() {
    await using log = sqliteLog({ path });
    let seq = 0;
    try {
      for (const text = "x".repeat(65_536); ;)
        seq = await log.append("task/r1", [record(`id-${seq + 1}`, { text })], { expected: seq });
    } catch (error) {
      console.log(`${seq} ${TroupeError.is(error) ? error.code : String(error)}`);
    }
  },
  /** Tries to write, then reads without writing; prints the code, and the ids. */
  async look() {
    try {
      sqliteLog({ path });
      console.log("opened for writing");
    } catch (error) {
      console.log(TroupeError.is(error) ? `${error.code} ${error.hint}` : String(error));
    }
    await using log = sqliteLog({ path, readOnly: true });
    console.log((await idsOf(log, "task/r1")).join(" "));
  },
  /** Owns and serves: answers `echo`, never answers `hang`. Until killed. */
  async serve() {
    const log = sqliteLog({ path });
    await log.claim({ owner: argument });
    await log.commands.serve(async ({ op, data }) => {
      if (op === "hang") {
        console.log("hanging");
        await new Promise(() => {});
      }
      if (op === "refuse")
        throw new TroupeError("EVENT_REFUSED", "not now", { hint: "Wait.", data: { accepts: [] } });
      return { pid: process.pid, data };
    });
    console.log("serving");
  },
};

await roles[role]?.();
