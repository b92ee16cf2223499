/**
 * The planner: a request in words becomes a plan without faults (S3-001), or the next tasks of a
 * dynamic one.
 *
 * - Every fault goes back with its place, as often as `limits.repairs` allows.
 * - Tasks that it adds to a run name agents: a command of a model's making would run at once, and
 *   nobody would have read it, so that only tests run, and those in a sandbox. What stands in a plan
 *   can be read before it is run.
 */
import { z } from "zod";
import { jsonSchemaOf } from "../../events/json-schemas.ts";
import { faultsOfAdded } from "../../events/plan/added-faults.ts";
import {
  faultOfKey,
  isRecord,
  listAt,
  valueAt,
  type Fault,
  type Steps,
} from "../../events/plan/fault.ts";
import { faultsOf, type FaultOptions } from "../../events/plan/faults.ts";
import { PlanTask } from "../../events/plan/task.ts";
import { todoFaultsOf } from "../../events/plan/todo-faults.ts";
import type { WorkPackage } from "../../events/work.ts";
import type { AgentDefinition, Answered, Delivery } from "../definition/definition.ts";
import { promptOf } from "../working/prompt.ts";
import { delivered, document, problemsOf, roleOf, type RoleOptions } from "./role.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";

export interface PlannerOptions extends RoleOptions {
  /** Whom it may name, with what each is good for. Default: the {@link STANDARD_AGENTS}. */
  readonly agents?: Readonly<Record<string, string>> | undefined;
  /** What it writes: a plan, or a todo list, its older form. Default `"plan"`. */
  readonly form?: "plan" | "todo" | undefined;
  /** Whether tasks that it adds to a run may be commands. Default false. */
  readonly mayCommand?: boolean | undefined;
}

const INSTRUCTIONS = [
  "You are the planner. You turn a request into the smallest plan that fulfils it.",
  "Each task is one piece of work that one agent can do and whose end can be told; its description says all that the agent needs, for it sees nothing of the request.",
  "A task depends on those whose results it needs, and on no others: what is independent runs at once.",
  "What a task writes stands under its outputs, as a path that begins with artifacts/; who needs it reads it there.",
  "Name only the agents that you are given.",
].join("\n");

export function planner(options: PlannerOptions = {}): AgentDefinition {
  const { agents = STANDARD_AGENTS, form = "plan", mayCommand = false, ...rest } = options;
  const known = Object.keys(agents);
  const list = Object.entries(agents).map(([name, what]) => `- ${name}: ${what}`);
  return roleOf(
    {
      name: "planner",
      description: STANDARD_AGENTS.planner,
      skills: ["breakdown", "decompose", "plan", "planning", "roadmap", "tasks"],
      instructions: INSTRUCTIONS,
      limits: { repairs: 3, maxOutputTokens: 16_384 },
      output: ({ purpose }: WorkPackage) => (purpose === "generate" ? TASKS : FORMS[form]),
      prompt: async (work, { place, secrets }) => {
        const asked = work.purpose === "generate" ? [NEXT, ...(mayCommand ? [] : [ONLY_AGENTS])] : [];
        return [await promptOf(work, { place, secrets }), "## Agents", list.join("\n"), ...asked].join(
          "\n\n",
        );
      },
      deliver: async ({ output, work }: Answered<unknown>) =>
        work.purpose === "generate"
          ? generated(output, work, { agents: known, mayCommand })
          : planned(output, form, known),
    },
    rest,
  );
}

const TASKS = document(z.toJSONSchema(z.object({ tasks: z.array(PlanTask) }), { io: "input" }));
const FORMS = { plan: document(jsonSchemaOf("plan")), todo: document(jsonSchemaOf("todo")) };

const NEXT =
  "Say which tasks are to be done next. They may depend on those that are done. Answer an empty list when nothing is left to do.";
const ONLY_AGENTS =
  "Each task names its agent; it runs no commands. Acceptance tests need `sandbox: true`: they run over a copy of the project with the run's artifacts laid over it.";

function planned(value: unknown, form: "plan" | "todo", agents: readonly string[]): Delivery {
  const faults = form === "plan" ? faultsOf(value, { agents }) : todoFaultsOf(value, { agents });
  if (faults.length > 0) return { problems: problemsOf(faults) };
  const { length } = ["tasks", "items", "todos"].flatMap((name) => listAt(value, [name]));
  return delivered(value, `a ${form === "plan" ? "plan" : "todo list"} of ${counted(length)}`);
}

function generated(
  value: unknown,
  { upstream }: WorkPackage,
  { agents, mayCommand }: FaultOptions & { readonly mayCommand: boolean },
): Delivery {
  if (!isRecord(value) || !Array.isArray(value["tasks"]))
    return { problems: ["tasks: it is missing: answer a list, an empty one when nothing is left"] };
  const tasks: readonly unknown[] = value["tasks"];
  const faults = [
    ...faultsOfAdded(tasks, Object.keys(upstream), { agents: agents ?? "any" }),
    ...(mayCommand ? [] : tasks.flatMap(commandsIn)),
  ];
  if (faults.length > 0) return { problems: problemsOf(faults) };
  return delivered({ tasks }, tasks.length === 0 ? "nothing is left to do" : counted(tasks.length));
}

const COMMANDS: readonly Steps[] = [["run"], ["gate", "run"], ["compensate", "run"]];
const TESTS: Steps = ["acceptance"];

/** Where a task would run commands outside of a sandbox. */
function commandsIn(task: unknown, at: number): readonly Fault[] {
  // tests in a sandbox can do no harm
  const all = valueAt(task, ["sandbox"]) === true ? COMMANDS : [...COMMANDS, TESTS];
  return all
    .filter((path) => valueAt(task, path) !== undefined)
    .map((path) =>
      faultOfKey(
        ["tasks", at, ...path],
        "a task that is added runs no commands",
        path === TESTS ? "Say `sandbox: true`." : "Name an agent.",
      ),
    );
}

function counted(tasks: number): string {
  return `${tasks} ${tasks === 1 ? "task" : "tasks"}`;
}
