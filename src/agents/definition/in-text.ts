/** One agent that is described in a Markdown text. */
import { entryOf } from "../../events/entry.ts";
import type { PlacedFault } from "../../events/plan/document.ts";
import { faultAt, faultOfKey, type Fault } from "../../events/plan/fault.ts";
import { byCommand } from "../ways/by-command.ts";
import { byHuman } from "../ways/by-human.ts";
import { byModel } from "../ways/by-model.ts";
import { byRemote } from "../ways/by-remote.ts";
import type { Way } from "../ways/way.ts";
import { defineAgent, type AnyAgent } from "./definition.ts";
import { AgentFields, namesIn } from "./fields.ts";
import { readFrontMatter } from "./front-matter.ts";
import { namedTools } from "./named-tools.ts";
import type { Tools } from "./tool.ts";
import type { ChatModel } from "../model/model.ts";

export interface ReadAgentsOptions {
  /** What the files may name under `tools`. Default: nothing. */
  readonly tools?: Tools | undefined;
  /** What names of models stand for: `{ sonnet: "anthropic:claude-sonnet-4-5" }`; others stay as they are. */
  readonly models?: Readonly<Record<string, string | ChatModel>> | undefined;
  /** Of files that name none, or `inherit`. Default: the host's. */
  readonly model?: string | ChatModel | undefined;
  /** Hears what an agent has to do without. Default: a warning of the process. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What was read. */
export interface InText {
  /** Whatever else is wrong with it. */
  readonly name?: string;
  /** Absent where anything is wrong with it. */
  readonly agent?: AnyAgent;
  /** Tools that it names, and has to do without. */
  readonly without?: readonly string[];
  readonly faults: readonly PlacedFault[];
}

/** @param called what the agent has to be called: as its file. */
export function agentInText(text: string, called: string, options: ReadAgentsOptions): InText {
  const read = readFrontMatter(text, AgentFields, "an agent: fields such as name and description");
  if ("faults" in read) return read;
  const { fields, body, bodyAt, place } = read;
  const { name } = fields;
  const { tools, without, faults } = namedTools(fields.tools, options.tools ?? {});
  const wrong = [
    ...(name === called ? [] : [place(misnamed(name, called))]),
    ...[...faults, ...twoWays(fields)].map(place),
    ...(body === "" ? [{ ...bodyAt, message: "it has no instructions", hint: INSTRUCT }] : []),
  ];
  if (wrong.length > 0) return { name, faults: wrong };
  const agent = defineAgent({
    name,
    description: fields.description,
    instructions: body,
    way: wayOf(fields, options),
    tools,
    skills: namesIn(fields.skills),
    color: fields.color,
    mayAsk: fields.mayAsk,
    limits: fields.limits,
    host: fields.host,
  });
  return { name, agent, without, faults: [] };
}

const INSTRUCT = "Say below the front matter how it works.";

function misnamed(name: string, called: string) {
  return faultAt(["name"], `it is "${name}", and the file is called "${called}.md"`, RENAME);
}

const RENAME = "Call both the same.";

/** A model, a human, a command or an agent elsewhere: one of them. */
function twoWays(fields: AgentFields): readonly Fault[] {
  const given = (["model", "human", "command", "remote"] as const).filter(
    (way) => fields[way] !== undefined,
  );
  return given
    .slice(1)
    .map((way) => faultOfKey([way], `it has both ${given[0]} and ${way}`, "Keep one of the two."));
}

function wayOf({ human, command, remote, model }: AgentFields, options: ReadAgentsOptions): Way {
  if (remote !== undefined) return byRemote(remote);
  if (command !== undefined) return byCommand(command);
  if (human !== undefined) return byHuman({ who: human });
  if (model === undefined || model === INHERIT) return byModel(options.model);
  return byModel(entryOf(options.models ?? {}, model) ?? model);
}

/** The model of whoever uses it. */
const INHERIT = "inherit";
