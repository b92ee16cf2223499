import assert from "node:assert/strict";
import { test } from "node:test";
import { slug } from "../src/slug.mjs";

test("words are joined by dashes, in lower case", () => {
  assert.equal(slug("Hello World"), "hello-world");
});

test("what is no letter and no digit parts words, once, and never at the ends", () => {
  assert.equal(slug("  Rock & Roll, 2nd ed.! "), "rock-roll-2nd-ed");
});

test("letters lose their accents, not themselves", () => {
  assert.equal(slug("Crème brûlée"), "creme-brulee");
});

test("nothing becomes of nothing", () => {
  assert.equal(slug(" — "), "");
});
