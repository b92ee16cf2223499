/** An erasure that is cut short anywhere is ended by the next one, and until then nobody uses a key half dropped. */
import fs, { readdirSync, readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eraseRun } from "../../src/events/log/erase.ts";
import { keyFolder } from "../../src/events/log/key-folder.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { TroupeError } from "../../src/errors.ts";
import { record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";

/** After so many calls nothing reaches the disk any more, as after kill -9. */
let left = Number.POSITIVE_INFINITY;
const { linkSync, mkdirSync, openSync, renameSync, rmSync, writeSync } = fs;
const whole = { linkSync, mkdirSync, openSync, renameSync, rmSync, writeSync };

/** Puts functions in the place of Node's own, for all who have imported them. */
function put(functions: object): void {
  Object.assign(fs, functions);
  syncBuiltinESMExports();
}

const cut =
  (call: (...args: never[]) => unknown) =>
  (...args: never[]): unknown => {
    if (left-- <= 0) throw new Error("killed");
    return call(...args);
  };

beforeAll(() => {
  put(Object.fromEntries(Object.entries(whole).map(([name, call]) => [name, cut(call)])));
});
afterAll(() => put(whole));

/** What is in use, or was left of it. */
const keysIn = (path: string, all = true): readonly string[] =>
  readdirSync(path)
    .filter((name) => all || name.endsWith(".key"))
    .map((name) => readFileSync(join(path, name), "utf8").trim());

/** @returns whether it was cut short. */
async function erasedUntil(most: number): Promise<boolean> {
  await using home = await folder();
  const place = join(home.path, "keys");
  const codec = keyFolder(place);
  await using log = memoryLog({ codec });
  await log.append("shop/s1", [record("a", { status: "done", owes: 0 })], { expected: 0 });
  const row = codec.encode(Buffer.from("derived of it"));
  const old = keysIn(place);
  expect(old).toHaveLength(2);
  left = most;
  const first = await eraseRun(log, "s1").then(
    () => undefined,
    (error: unknown) => error,
  );
  left = Number.POSITIVE_INFINITY;

  keyFolder(place).encode(Buffer.from("later"));
  for (const one of keysIn(place, false)) expect(one).not.toMatch(/^0+$/); // with these one is overwritten
  const second = await eraseRun(log, "s1").then(
    () => undefined,
    (error: unknown) => error,
  );
  if (second !== undefined && !TroupeError.is(second, "RUN_ERASED")) throw second;
  for (const one of keysIn(place)) expect(old).not.toContain(one);
  expect(() => codec.decode(row)).toThrow(/no key|authenticate/);
  for await (const { body } of log.read("shop/s1")) expect(body).toEqual({ v: 1, erased: true });
  return first !== undefined;
}

it("L8: cut short after any number of calls, said again it leaves no key behind", async () => {
  let most = 0;
  while (await erasedUntil(most)) most += 1;
  expect(most).toBeGreaterThan(8);
});
