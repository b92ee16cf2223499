/** The plans that `troupe new` writes: real files, which come with the package. */
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { TroupeError } from "../errors.ts";
import { nearest } from "../events/nearest.ts";
import type { NewFile } from "../agents/write-files.ts";

export interface Template {
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
}

export const TEMPLATES: readonly Template[] = [
  {
    name: "research",
    summary: "parallel: three researchers at the same time, one comprehensive report",
  },
  {
    name: "content",
    summary: "sequential: research, outline, writing, review, each behind a quality gate",
  },
  {
    name: "perspectives",
    summary: "hub: one proposal from three sides, with conflicts and gaps settled",
  },
  { name: "build", summary: "branch todos: a test fails, a coder mends the code, the build goes on" },
  { name: "saga", summary: "saga: flight, hotel, car; what was booked is undone when one fails" },
];

const FOLDER = fileURLToPath(new URL("../../templates/", import.meta.url));

/** @throws {@link TroupeError} `USAGE` naming the templates. */
export function templateNamed(name: string): Template {
  const names = TEMPLATES.map((template) => template.name);
  const found = TEMPLATES.find((template) => template.name === name);
  if (found !== undefined) return found;
  const near = nearest(name, names);
  throw new TroupeError("USAGE", `there is no template "${name}" (known: ${names.join(", ")})`, {
    hint: near === undefined ? "See `troupe new --list`." : `Did you mean "${near}"?`,
  });
}

/** All files of a template, the plan first. */
export async function filesOf({ name }: Template): Promise<readonly NewFile[]> {
  const folder = join(FOLDER, name);
  const entries = globSync("**/*", { cwd: folder, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join("/"),
    )
    .toSorted((a, b) => Number(b === "plan.yaml") - Number(a === "plan.yaml") || (a < b ? -1 : 1));
  return Promise.all(
    names.map(async (file) => ({ name: file, bytes: await readFile(join(folder, file)) })),
  );
}
