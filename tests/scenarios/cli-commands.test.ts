/** The table of commands: each is loaded by its own name alone, and none is left out. */
import { globSync } from "node:fs";
import { Command } from "commander";
import { expect, it } from "vitest";
import { COMMANDS, commandsFor } from "../../src/cli/command-table.ts";
import type { Shell } from "../../src/cli/shell.ts";
import { cliBench } from "../support/cli.ts";

const shell: Shell = {
  terminal: { out() {}, err() {} },
  stop: new AbortController().signal,
  env: {},
  folder: ".",
  exit() {},
} as unknown as Shell; // commands are put into the program only; none runs

function namesOf(adds: Awaited<ReturnType<typeof commandsFor>>): readonly string[] {
  const program = new Command();
  for (const add of adds) add(program, shell);
  return program.commands.map((command) => command.name());
}

it.each(Object.keys(COMMANDS))("“%s” loads the file of that command and no other", async (name) => {
  const loaded = await commandsFor([name, "--help"]);
  expect(loaded).toHaveLength(1);
  expect(namesOf(loaded)).toContain(name);
});

it.each([[], ["--help"], ["help", "ls"], ["lss"], ["__proto__"], ["toString"]])(
  "the words [%s] that name no command load all",
  async (...argv) => {
    expect(namesOf(await commandsFor(argv)).toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
  },
);

it("every file of a command is in the table, or is part of one that is", () => {
  const files = globSync("src/cli/commands/*.ts").map((file) => /([^/\\]+)\.ts$/.exec(file)?.[1] ?? "");
  const alone = files.filter((file) => !Object.hasOwn(COMMANDS, file));
  expect(
    alone.filter((file) => !Object.keys(COMMANDS).some((name) => file.startsWith(`${name}-`))),
  ).toEqual([]);
});

it("a word that names no command is told with what was likely meant", async () => {
  using bench = cliBench();
  const { code, err } = await bench.troupe(["sho"], { bare: true });
  expect(code).toBe(2);
  expect(err).toContain("Did you mean show?");
});
