/** Questions that several processes ask of one file, at the same moment, for the first time. */
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { folder } from "../support/log-sqlite.ts";

const ASK = join(import.meta.dirname, "../../src/projections/store-sqlite-ask.ts");
const ROUNDS = 100;

/** Makes the same view again and again, each time another one. */
const CODE = `
  const { workerData: { path, ask, rounds, nth } } = require("node:worker_threads");
  const { DatabaseSync } = require("node:sqlite");
  import(ask).then(({ showViews }) => {
    const db = new DatabaseSync(path, { timeout: 5000 });
    for (let round = 0; round < rounds; round++)
      showViews(db, [{ name: "answers", sql: "SELECT " + nth + " AS " + "x" }]);
    db.close();
  });`;

it("makes views one after the other: nobody finds half a one, and none is made twice", async () => {
  await using home = await folder();
  const path = join(home.path, "rows");
  const db = new DatabaseSync(path, { timeout: 5_000 });
  db.exec("PRAGMA journal_mode = WAL; CREATE VIEW answers AS SELECT 0 AS x");
  const asking = [1, 2].map(
    (nth) => new Worker(CODE, { eval: true, workerData: { path, ask: ASK, rounds: ROUNDS, nth } }),
  );
  const all = Promise.all(asking.map((worker) => once(worker, "exit")));
  let over = false;
  const ended = all.finally(() => (over = true));
  while (!over) {
    expect(db.prepare("SELECT count(*) AS n FROM answers").get()).toEqual({ n: 1 });
    await new Promise(setImmediate);
  }
  expect(await ended).toEqual([[0], [0]]);
  db.close();
});
