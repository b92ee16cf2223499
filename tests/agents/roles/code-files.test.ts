/** The paths of a coder's answer, before anything is written. */
import { expect, it } from "vitest";
import { fileFaults } from "../../../src/agents/roles/code-files.ts";

const file = (path: string) => ({ path, content: "x" });

it("a file that another file of the answer would have to be a folder for goes back", () => {
  const answer = { files: [file("src"), file("src/a.ts")], tests: [file("srcs/a.ts")], notes: "" };
  expect(fileFaults(answer, [])).toEqual([
    'the path "src/a.ts" cannot be used: "src" is a file, so it can be no folder',
  ]);
});
