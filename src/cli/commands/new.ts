/** `troupe new TEMPLATE [DIR]`: writes a plan that runs at once, with stand-ins for its agents. */
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { table } from "../paper.ts";
import { addPlainCommand, type Shell } from "../shell.ts";
import { filesOf, templateNamed, TEMPLATES } from "../templates.ts";
import { tameLine } from "../terminal.ts";
import { writeFiles } from "../../agents/write-files.ts";

const Options = z.object({
  json: z.boolean().default(false),
  list: z.boolean().default(false),
  force: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

export function addNew(program: Command, shell: Shell): void {
  addPlainCommand(
    program,
    "new",
    "Write a plan from a template; it runs at once, with stand-ins for its agents.",
  )
    .argument("[template]", TEMPLATES.map(({ name }) => name).join(", "))
    .argument("[dir]", "the folder to write it into (default: the template's name)")
    .option("--list", "say which templates there are")
    .option("--force", "replace files that are there already")
    .action(async (template: string | undefined, dir: string | undefined, options: unknown) => {
      const read = Options.parse(options);
      if (read.list) return list(shell, read);
      if (template === undefined)
        throw new TroupeError("USAGE", "no template was named", { hint: "See `troupe new --list`." });
      return write(shell, template, dir ?? template, read);
    });
}

function list({ terminal }: Shell, { json }: Options): void {
  if (json) return terminal.out(JSON.stringify(TEMPLATES));
  const rows = TEMPLATES.map(({ name, summary }) => [name, summary]);
  for (const line of table(["TEMPLATE", "WHAT IT SHOWS"], rows, terminal.outColumns))
    terminal.out(line);
}

async function write(
  { terminal, folder }: Shell,
  name: string,
  dir: string,
  { json, force }: Options,
): Promise<void> {
  const template = templateNamed(name);
  if (dir === "")
    throw new TroupeError("USAGE", "the folder has no name", {
      hint: "Use . for the folder you are in.",
    });
  const files = await filesOf(template);
  const target = resolve(folder, dir);
  await writeFiles(target, files, force);
  const names = files.map((file) => file.name);
  const into = relative(folder, target);
  const next = [...(into === "" ? [] : [`cd ${word(into)}`]), "troupe run plan.yaml"];
  if (json) return terminal.out(JSON.stringify({ template: name, folder: target, files: names, next }));
  terminal.out(`${name}: ${names.length} files in ${tameLine(into === "" ? "." : into)}. Run it:`);
  for (const line of next) terminal.out(`  ${tameLine(line)}`);
}

/** A path as one word of a shell line. */
function word(path: string): string {
  const safe = path.startsWith("-") ? `./${path}` : path;
  return /^[A-Za-z0-9_./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`;
}
