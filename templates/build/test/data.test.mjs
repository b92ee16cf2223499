import assert from "node:assert/strict";
import { test } from "node:test";
import { pricesOf } from "../src/prices.mjs";

test("a row has its day and its price", () => {
  assert.deepEqual(pricesOf("day,price\n2025-03-03,101.5\n"), [{ day: "2025-03-03", price: 101.5 }]);
});
