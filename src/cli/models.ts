/** The model of a command: `--model`, or the environment variable TROUPE_MODEL. */
import { Option } from "commander";
import type { ChatModel } from "../agents/model/model.ts";
import { openModel } from "../agents/model/open-model.ts";
import { recording } from "../agents/model/recording.ts";
import { openedOnce } from "../agents/working/models.ts";
import { TroupeError } from "../errors.ts";
import type { Shell } from "./shell.ts";

/** For commands that may ask a model. */
export function modelOption(): Option {
  return new Option(
    "--model <spec>",
    "the model of agents that name none: scripted:FILE, replay:FILE, openai:gpt-5, … (env: TROUPE_MODEL)",
  );
}

/** The model of a command, where one is named. @param option what {@link modelOption} has read. */
export function chosenModel(
  { env }: Pick<Shell, "env">,
  option: string | undefined,
): string | undefined {
  const name = option ?? env["TROUPE_MODEL"];
  return name === "" ? undefined : name;
}

/**
 * Opens models by their names, each once; one that names none is the one of the command.
 *
 * @param chosen as {@link chosenModel} has it.
 * @param record a file that keeps what they answer.
 */
export function modelsOf(
  { env }: Pick<Shell, "env">,
  chosen: string | undefined,
  record?: string,
): (spec: string | undefined) => Promise<ChatModel> {
  const open = openedOnce((name) => recorded(openModel(name, { env }), record));
  return async (spec) => {
    const name = spec ?? chosen;
    if (name === undefined) throw noModel();
    return open(name);
  };
}

async function recorded(model: Promise<ChatModel>, file: string | undefined): Promise<ChatModel> {
  return file === undefined ? model : recording(await model, file);
}

/** The caller has to say which. */
export function noModel(): TroupeError {
  return new TroupeError("USAGE", "no model was named", {
    hint: "Name one with --model or TROUPE_MODEL: scripted:FILE needs no key.",
  });
}
