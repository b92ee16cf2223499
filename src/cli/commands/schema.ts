/** `troupe schema TYPE`: the JSON Schema of what authors write. */
import { Argument, type Command } from "commander";
import { z } from "zod";
import { jsonSchemaOf } from "../../events/json-schemas.ts";
import { DOCUMENT_TYPES } from "../../events/plan/document-type.ts";
import { addPlainCommand, type Shell } from "../shell.ts";

const Options = z.object({ json: z.boolean().default(false) });

export function addSchema(program: Command, shell: Shell): void {
  addPlainCommand(program, "schema", "Print the JSON Schema of plans, todo lists or contracts.")
    .addArgument(new Argument("<type>", "of what").choices(DOCUMENT_TYPES))
    .action((type: unknown, options: unknown) => {
      const { json } = Options.parse(options);
      const schema = jsonSchemaOf(z.enum(DOCUMENT_TYPES).parse(type));
      shell.terminal.out(JSON.stringify(schema, null, json ? 0 : 2));
    });
}
