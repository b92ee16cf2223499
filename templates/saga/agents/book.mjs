// Books a thing, if there is one left. Twice is once: a trip holds at most one of each.
import { readFileSync } from "node:fs";
import process from "node:process";
import { held, isBooked, note } from "./ledger.mjs";

const [thing = ""] = process.argv.slice(2);
const { what, free } = JSON.parse(readFileSync(`inventory/${thing}.json`, "utf8"));
if (!isBooked(thing)) {
  if (held(thing) >= free) {
    console.error(`no ${what} is left`);
    process.exit(1);
  }
  note("booked", thing);
}
console.log(`booked: a ${what}`);
