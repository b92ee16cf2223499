/** The SQLite engine against the log contract. What is its own stands in sqlite-*.test.ts. */
import { logContract } from "./log.contract.ts";
import { sqliteFixture } from "../support/log-sqlite.ts";

logContract("a SQLite log", sqliteFixture);
