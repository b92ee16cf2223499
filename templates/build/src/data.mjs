import { readFileSync } from "node:fs";
import { keep } from "./files.mjs";
import { pricesOf } from "./prices.mjs";

const prices = pricesOf(readFileSync("data/prices.csv", "utf8"));
keep("prices.json", JSON.stringify(prices));
console.log(`${prices.length} prices`);
