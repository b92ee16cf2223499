/** Where the models of a host's agents come from. */
import { TroupeError } from "../../errors.ts";
import type { Environment } from "../environment.ts";
import type { ChatModel } from "../model/model.ts";
import { openModel } from "../model/open-model.ts";

/** The model of agents that name none: itself or its name; or a function that finds all of them. */
export type ModelOption = string | ChatModel | ((spec: string | undefined) => Promise<ChatModel>);

/** The variable that names the model of agents that name none, where the host names none either. */
const VARIABLE = "TROUPE_MODEL";

/** Finds models by their names, each {@link openedOnce}. */
export function modelsOf(
  given: ModelOption | undefined,
  env: Environment,
): (spec: string | undefined) => Promise<ChatModel> {
  if (typeof given === "function") return given;
  const open = openedOnce((spec) => openModel(spec, { env }));
  return async (spec) => {
    if (spec !== undefined) return open(spec);
    if (typeof given === "object") return given;
    const own = given ?? env[VARIABLE];
    if (own !== undefined && own !== "") return open(own);
    throw new TroupeError("MODEL_UNKNOWN", "the agent names no model, and its host has none", {
      hint: `Name one in its definition, with the option \`model\` or --model, or in ${VARIABLE}.`,
    });
  };
}

/** Opens each model once. One that cannot be opened is tried again. */
export function openedOnce(
  open: (spec: string) => Promise<ChatModel>,
): (spec: string) => Promise<ChatModel> {
  const opened = new Map<string, Promise<ChatModel>>();
  return (spec) => {
    const known = opened.get(spec);
    if (known !== undefined) return known;
    const opening = open(spec);
    opened.set(spec, opening);
    opening.catch(() => opened.delete(spec));
    return opening;
  };
}
