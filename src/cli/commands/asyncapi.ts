/** `troupe asyncapi`: the subjects of a log as an AsyncAPI document, for other tools. */
import { Option, type Command } from "commander";
import { stringify } from "yaml";
import { z } from "zod";
import { asyncApiOf, type AsyncApiOptions } from "../../agents/asyncapi/document.ts";
import { TroupeError } from "../../errors.ts";
import { kindsWith } from "../load-kinds.ts";
import { addPlainCommand, type Shell } from "../shell.ts";

const Options = z.object({
  json: z.boolean().default(false),
  yaml: z.boolean().default(false),
  log: z.string().optional(),
  kinds: z.string().optional(),
});

export function addAsyncApi(program: Command, shell: Shell): void {
  addPlainCommand(program, "asyncapi", "Print the subjects of a log on NATS as an AsyncAPI document.")
    .option("--log <name>", "the log: its name, or nats://HOST:PORT/NAME (default: any)")
    .option("--kinds <file>", "a module that exports `kinds` of yours, which are in the log, too")
    .addOption(new Option("--yaml", "print YAML").conflicts("json"))
    .action((options: unknown) => print(shell, Options.parse(options)));
}

async function print(shell: Shell, { json, yaml, log, kinds }: z.infer<typeof Options>): Promise<void> {
  const document = asyncApiOf({
    ...(log !== undefined && placeOf(log)),
    kinds: await kindsWith(shell, kinds),
  });
  if (yaml) shell.terminal.out(stringify(document, { aliasDuplicateObjects: false }).trimEnd());
  else shell.terminal.out(JSON.stringify(document, null, json ? 0 : 2));
}

/** @throws {@link TroupeError} `USAGE` for what is neither a name nor a URL. */
function placeOf(log: string): AsyncApiOptions {
  const [, server, name] =
    /^(?:nats:\/\/(?:[^@/]*@)?([^@/?]+)\/)?([A-Za-z0-9_-]{1,64})(?:\?.*)?$/.exec(log) ?? [];
  if (name !== undefined) return { name, ...(server !== undefined && { server }) };
  throw new TroupeError("USAGE", "--log is neither the name of a log nor the URL of one on NATS", {
    hint: "Write --log NAME or --log nats://HOST:PORT/NAME.",
  });
}
