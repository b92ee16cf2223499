/** Every planted bug can still be planted: `npm run mutants` plants them and sees who finds them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LAWS } from "../scripts/laws-list.ts";
import { MUTANTS } from "../scripts/mutants/all.ts";
import { mutated } from "../scripts/mutants/tree.ts";

describe("the mutants", () => {
  it.each(MUTANTS)("$name stands once in $file, and changes it", ({ file, find, replace, law }) => {
    const text = readFileSync(file, "utf8");
    expect(mutated(text, find, replace)).not.toBe(text);
    expect(LAWS.map(({ id }) => id)).toContain(law);
  });

  it("are many, each with a name of its own", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
  });

  it("are an error where their text is gone or stands twice", () => {
    expect(() => mutated("a b", "c", "d")).toThrow("0 times");
    expect(() => mutated("a b a", "a", "d")).toThrow("2 times");
  });
});
