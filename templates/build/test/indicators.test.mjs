import assert from "node:assert/strict";
import { test } from "node:test";
import { movingAverages } from "../src/indicators.mjs";

test("each mean is of as many values as asked for", () => {
  assert.deepEqual(movingAverages([1, 2, 3, 4], 2), [1.5, 2.5, 3.5]);
});

test("the last value counts, too", () => {
  assert.deepEqual(movingAverages([2, 4, 6], 3), [4]);
});
