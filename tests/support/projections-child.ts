/**
 * Folds a SQLite log into its projections, and kills itself (SIGKILL) right before the nth
 * statement of a kind: `run`, a row or a checkpoint that is written, or `COMMIT`.
 *
 *     node projections-child.ts LOG run|COMMIT N
 */
import { DatabaseSync, StatementSync } from "node:sqlite";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { openProjections } from "../../src/projections/runner.ts";

const [path = "", what, nth] = process.argv.slice(2);
let left = Number(nth);

/** Makes a method kill its process before the nth call that counts. */
function mortal(owner: object, method: string, counts: (first: unknown) => boolean): void {
  const whole: unknown = Reflect.get(owner, method);
  if (typeof whole !== "function") throw new Error(`there is no ${method}`);
  const until = function (this: unknown, ...args: unknown[]): unknown {
    if (counts(args[0]) && --left === 0) process.kill(process.pid, "SIGKILL");
    return Reflect.apply(whole, this, args);
  };
  Object.defineProperty(owner, method, { value: until });
}

mortal(StatementSync.prototype, "run", () => what === "run");
mortal(DatabaseSync.prototype, "exec", (sql) => sql === what);

await using log = sqliteLog({ path, readOnly: true });
await using projections = openProjections({ log });
await projections.catchUp();
