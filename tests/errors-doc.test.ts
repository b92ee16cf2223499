/** `docs/errors.md` explains every error code, and no code is there that nobody throws. */
import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const declaration = /export type ErrorCode =([^;]+);/.exec(readFileSync("src/errors.ts", "utf8"));
const codes = [...(declaration?.[1] ?? "").matchAll(/"([A-Z_]+)"/g)].map((match) => match[1] ?? "");

const sections = new Map(
  readFileSync("docs/errors.md", "utf8")
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string] => {
      const [title = "", ...body] = section.split(/\n/);
      return [title.trim(), body.join("\n").split(/^## /m)[0] ?? ""];
    }),
);

it("knows the codes", () => expect(codes.length).toBeGreaterThan(20));

it("keeps the union sorted and free of doubles", () => {
  expect(codes).toEqual([...new Set(codes)].sort());
});

it("explains every code, and only codes that exist", () => {
  expect([...sections.keys()].sort()).toEqual([...codes].sort());
});

it.each(codes)("says what %s means, where it comes from and what to do", (code) => {
  expect(sections.get(code)).toMatch(/^\s*\S[\s\S]*\n- \*\*Cause:\*\* \S.*[\s\S]*\n- \*\*Do:\*\* \S/);
});

it("uses every code somewhere in src", () => {
  const text = globSync("src/**/*.ts")
    .filter((file) => !file.endsWith("errors.ts"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  expect(codes.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});
