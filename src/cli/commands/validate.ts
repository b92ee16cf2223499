/**
 * `troupe validate FILE`: every fault of a plan, a todo list or a contract, each with its place.
 *
 * - Exit code 0: it has none. 1: it has. Nothing is started and no log is touched.
 */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { z } from "zod";
import { readText } from "../../agents/read-plan.ts";
import { STANDARD_AGENTS } from "../../agents/roles/standard-agents.ts";
import { TroupeError } from "../../errors.ts";
import { parseContract } from "../../events/contract-faults.ts";
import { analyse, type Analysis } from "../../events/plan/analysis.ts";
import { DOCUMENT_TYPES, typeOfDocument, type DocumentType } from "../../events/plan/document-type.ts";
import { faultLine, readDocument, type PlacedFault } from "../../events/plan/document.ts";
import { parsePlan, parseTodoList } from "../../events/plan/text.ts";
import { planOfTodoList } from "../../events/plan/todo-plan.ts";
import { agentsOf } from "../agents.ts";
import { count } from "../paper.ts";
import { addPlainCommand, type Shell } from "../shell.ts";
import { tame } from "../terminal.ts";

const Options = z.object({
  json: z.boolean().default(false),
  type: z.enum(DOCUMENT_TYPES).optional(),
  agents: z.string().optional(),
});

export function addValidate(program: Command, shell: Shell): void {
  addPlainCommand(program, "validate", "Look for every fault of a plan, a todo list or a contract.")
    .argument("<file>", "a YAML or JSON file")
    .addOption(new Option("--type <type>", "what it is (default: guessed)").choices(DOCUMENT_TYPES))
    .option(
      "--agents <names>",
      "agents that your program registers, separated by commas; or a folder that describes some",
    )
    .action((file: string, options: unknown) => validate(shell, file, Options.parse(options)));
}

async function validate(
  shell: Shell,
  file: string,
  { json, type: wanted, agents }: z.infer<typeof Options>,
): Promise<void> {
  const { terminal, exit } = shell;
  const found = await look(file, wanted, await agentsIn(shell, agents));
  if (json) terminal.out(JSON.stringify({ file, ...found }));
  else if (found.ok) terminal.out(`${file}: ${found.says}`);
  else {
    for (const fault of found.faults) terminal.out(tame(faultLine(file, fault)));
    terminal.err(`${file}: ${count(found.faults.length, "fault")}`);
  }
  if (!found.ok) exit(1);
}

/** The agents that a plan may name: by their names, or those of a folder and the roles. */
async function agentsIn(
  shell: Shell,
  option: string | undefined,
): Promise<readonly string[] | undefined> {
  if (option === undefined) return undefined;
  const isPath = /[/\\.]/.test(option);
  const found = await stat(resolve(shell.folder, option)).catch(() => undefined);
  if (!isPath && found?.isDirectory() !== true) return option.split(",").map((name) => name.trim());
  const { names } = await agentsOf(shell, { agents: option });
  return names;
}

type Found =
  | {
      readonly ok: true;
      readonly type: DocumentType;
      /** What it is, in one line. */
      readonly says: string;
      /** Absent for contracts. */
      readonly analysis?: Analysis;
    }
  | { readonly ok: false; readonly type: DocumentType; readonly faults: readonly PlacedFault[] };

async function look(
  file: string,
  wanted: DocumentType | undefined,
  agents: readonly string[] | undefined,
): Promise<Found> {
  let type = wanted ?? "plan";
  try {
    const text = await readText(file);
    type = wanted ?? typeOfDocument(readDocument(text).content?.value);
    return { ok: true, type, ...LOOKS[type](text, file, agents) };
  } catch (error) {
    const isFault = TroupeError.is(error, "PLAN_INVALID") || TroupeError.is(error, "CONTRACT_INVALID");
    if (!isFault) throw error;
    return { ok: false, type, faults: faultsIn(error) };
  }
}

interface Look {
  readonly says: string;
  readonly analysis?: Analysis;
}

const LOOKS: Readonly<
  Record<DocumentType, (text: string, file: string, agents?: readonly string[]) => Look>
> = {
  plan: (text, file, agents = Object.keys(STANDARD_AGENTS)) => {
    const plan = parsePlan(text, file, { agents, type: "plan" });
    const analysis = analyse(plan);
    return { says: `a plan, pattern ${plan.pattern}, ${extent(analysis, "task")}`, analysis };
  },
  // a list names roles; who has them is known only to who runs it
  todo: (text, file, agents) => {
    const list = parseTodoList(text, file, { agents: agents ?? "any" });
    const analysis = analyse(planOfTodoList(list));
    return { says: `a todo list, ${extent(analysis, "item")}`, analysis };
  },
  contract: (text, file) => {
    const { interfaces, data_models, test_skeletons } = parseContract(text, file);
    const parts = [
      count(interfaces.length, "interface"),
      count(data_models.length, "data model"),
      count(test_skeletons.length, "test skeleton"),
    ];
    return { says: `a contract, ${parts.join(", ")}` };
  },
};

function extent({ subtasks, waves }: Analysis, what: string): string {
  return `${count(subtasks.length, what)} in ${count(waves.length, "wave")}`;
}

/** A file that cannot be read as text has one fault, at its start. */
function faultsIn({ data, message }: TroupeError): readonly PlacedFault[] {
  const faults: unknown = data["faults"];
  return Array.isArray(faults) ? faults : [{ line: 1, column: 1, place: "", message }];
}
