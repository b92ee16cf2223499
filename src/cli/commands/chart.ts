/** `troupe chart KIND|FILE`: a machine or a plan as a Mermaid state diagram. */
import type { Command } from "commander";
import { z } from "zod";
import { findChart } from "../chart-source.ts";
import { mermaidOf } from "../chart-text.ts";
import { addPlainCommand, type Shell } from "../shell.ts";

const Options = z.object({ json: z.boolean().default(false), kinds: z.string().optional() });

export function addChart(program: Command, shell: Shell): void {
  addPlainCommand(program, "chart", "Draw a machine or a plan as a Mermaid state diagram.")
    .argument(
      "<what>",
      "a kind (workflow, task, job, …), a plan, or a module that exports machines or `kinds`",
    )
    .argument("[name]", "which machine of that module, where it has several")
    .option("--kinds <file>", "a module that exports `kinds`: <what> is one of them")
    .action(async (what: string, name: string | undefined, options: unknown) => {
      const { json, kinds } = Options.parse(options);
      const mermaid = mermaidOf(await findChart({ what, name, kinds, folder: shell.folder }));
      shell.terminal.out(json ? JSON.stringify({ mermaid }) : mermaid.trimEnd());
    });
}
