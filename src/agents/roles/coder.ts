/**
 * The coder: contract and task become files of code and tests (S3-016), below the run's folder.
 *
 * - The rules of `input.validation_rules` run before anything is written, over a copy of the project
 *   with the run's files laid over; what they find goes back, `limits.repairs` times (S3-017,
 *   S3-018). Then the task fails, and `failureRouting` says who is next.
 * - Files are written whole, all of them or none. For a branch todo it mends those of its parent.
 */
import {
  CodeAnswer,
  CoderInput,
  type CodeArtifacts,
  type ValidationRule,
} from "../../events/code-artifacts.ts";
import type { Place } from "../../events/agent/work.ts";
import { textOf } from "../../events/plan/values.ts";
import type { WorkPackage } from "../../events/work.ts";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { AgentDefinition, Answered, Delivery, PromptContext } from "../definition/definition.ts";
import type { DeliverContext } from "../definition/deliver.ts";
import { insideOf } from "../project-copy.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { promptOf } from "../working/prompt.ts";
import { contents, fileFaults, outputsWanted, writeCode } from "./code-files.ts";
import { roleOf, type RoleOptions } from "./role.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";
import { validate, wordsOf, type Validated } from "./validation.ts";
import { textFilesOf, workspaceOf, type RoleSandbox } from "./workspace.ts";

export interface CoderOptions extends RoleOptions {
  /** Where validation rules run. Default: bubblewrap, with the sandbox's own limits. */
  readonly sandbox?: RoleSandbox | undefined;
}

const INSTRUCTIONS = [
  "You are the coder. You write code that does what the task and its contract ask for, and tests that would fail if it did not.",
  "Keep to the names, signatures and types of the contract, and to the style of the files that you are shown. Handle bad input; leave nothing half done, no placeholder, no TODO.",
  "Answer whole files, never a part of one. Paths are relative to the project.",
  "Where something failed, find the cause first; mend the code, not the test that found it, unless the test contradicts the contract.",
].join("\n");

export function coder({ sandbox = {}, ...options }: CoderOptions = {}): AgentDefinition {
  return roleOf<CodeAnswer>(
    {
      name: "coder",
      description: STANDARD_AGENTS.coder,
      skills: ["bug", "code", "develop", "fix", "function", "implement", "program", "refactor"],
      instructions: INSTRUCTIONS,
      limits: { repairs: 3, maxOutputTokens: 32_768 },
      output: CodeAnswer,
      prompt,
      deliver: (answer, context) => deliver(answer, context, sandbox),
    },
    options,
  );
}

async function prompt(work: WorkPackage, { place, secrets }: PromptContext): Promise<string> {
  const rules = rulesIn(work);
  const mends = work.purpose === "debug";
  const wanted = outputsWanted(place, work.outputs, { mends });
  const others = mends ? await textFilesOf(place, { except: work.reads, secrets }) : [];
  const parts = [
    await promptOf(work, { place, secrets }),
    section("As you name these files", namesOf(work.reads, place)),
    ...others.map(({ path, text }) => section(`The run's file ${path}`, `\`\`\`\n${text}\n\`\`\``)),
    section("These must be among your files", wanted.map((path) => `- ${path}`).join("\n")),
    section(
      "Your files are checked by",
      rules.map(({ type, command }) => `- ${type}: ${textOf(command)}`).join("\n"),
    ),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function section(title: string, text: string): string {
  return text === "" ? "" : `## ${title}\n\n${text}`;
}

/** What the run has made has no `artifacts/` before it where it is code of the project. */
function namesOf(paths: readonly string[], { artifacts }: Place): string {
  const made = paths.flatMap((path) => insideOf(artifacts, path) ?? []);
  return made.map((path) => `- artifacts/${path}: ${path}`).join("\n");
}

/** @throws {@link TroupeError} `INPUT_INVALID` before anything is asked of a model. */
function rulesIn({ input }: WorkPackage): readonly ValidationRule[] {
  const parsed = CoderInput.safeParse(
    typeof input === "object" && input !== null && !Array.isArray(input) ? input : {},
  );
  if (!parsed.success)
    throw new TroupeError("INPUT_INVALID", `input: ${z.prettifyError(parsed.error)}`, {
      hint: "Give each of validation_rules a type and a command.",
    });
  for (const { command } of parsed.data.validation_rules) wordsOf(command);
  return parsed.data.validation_rules;
}

async function deliver(
  { output, work }: Answered<CodeAnswer>,
  { place, signal, secrets }: DeliverContext,
  sandbox: RoleSandbox,
): Promise<Delivery> {
  const { files, tests, notes } = output;
  const wanted = outputsWanted(place, work.outputs, { mends: work.purpose === "debug" });
  const faults = fileFaults(output, wanted);
  if (faults.length > 0) return { problems: faults };
  const all = [...files, ...tests];
  const paths = { files: files.map(({ path }) => path), tests: tests.map(({ path }) => path) };
  const checked = await checkedIn(rulesIn(work), async (rules) => {
    const own = { ...sandbox, secrets: [...secrets, ...(sandbox.secrets ?? [])] };
    await using opened = await openSandbox(await workspaceOf(place, own, contents(all)));
    return await validate(opened, rules, { ...paths, signal });
  });
  if (checked.problems.length > 0) return { problems: checked.problems.slice(0, MOST) };
  const inTheWay = await writeCode(place, all);
  if (inTheWay !== undefined) return { problems: [inTheWay] };
  const report = { validations: [...checked.validations], notes: notes.slice(0, NOTES) };
  const data: CodeArtifacts = { ...paths, report };
  return {
    data,
    summary: `${files.length} files, ${tests.length} tests, ${checked.validations.length} checks passed`,
  };
}

/** How many problems go back at once, and how much of the notes is recorded. */
const MOST = 20;
const NOTES = 4_000;

/** Without rules, nothing is opened. */
async function checkedIn(
  rules: readonly ValidationRule[],
  run: (rules: readonly ValidationRule[]) => Promise<Validated>,
): Promise<Validated> {
  return rules.length === 0 ? { validations: [], problems: [] } : run(rules);
}
