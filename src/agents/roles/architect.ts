/**
 * The architect: a task becomes a contract without faults (S3-015). Of a branch todo it says what
 * the contract asks for, and gives it on to whoever writes the code.
 */
import { contractFaultsOf } from "../../events/contract-faults.ts";
import { Contract } from "../../events/contract.ts";
import { DebugResult } from "../../events/debug.ts";
import { jsonSchemaOf } from "../../events/json-schemas.ts";
import type { WorkPackage } from "../../events/work.ts";
import type { AgentDefinition, Answered, Delivery } from "../definition/definition.ts";
import { promptOf } from "../working/prompt.ts";
import { givenOn } from "./given-on.ts";
import { delivered, document, problemsOf, roleOf, type RoleOptions } from "./role.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";

const INSTRUCTIONS = [
  "You are the architect. You turn a task into a contract that a coder can build and a tester can test, each without asking the other.",
  "Each interface has a signature or methods with signatures, as they are written in the language of the project; each data model has its fields and their types; each behaviour that the task asks for has a test skeleton that names its interface.",
  "Promise what the task asks for, and nothing more.",
].join("\n");

const MEND =
  "Code and contract do not agree. Say in `analysis` what the contract asks for and where the code departs from it, in `fix` what is to be changed, and route it to the agent that writes the code: coder.";

export function architect(options: RoleOptions = {}): AgentDefinition {
  return roleOf(
    {
      name: "architect",
      description: STANDARD_AGENTS.architect,
      skills: ["api", "architecture", "contract", "design", "interface", "schema", "specification"],
      instructions: INSTRUCTIONS,
      limits: { repairs: 3, maxOutputTokens: 16_384 },
      output: ({ purpose }: WorkPackage) => (purpose === "debug" ? DebugResult : CONTRACT),
      prompt: async (work, { place, secrets }) => {
        const asked = await promptOf(work, { place, secrets });
        return work.purpose === "debug" ? `${asked}\n\n${MEND}` : asked;
      },
      deliver: async ({ output, work }: Answered<unknown>) =>
        work.purpose === "debug" ? givenOn(output, "architect") : promised(output),
    },
    options,
  );
}

const CONTRACT = document(jsonSchemaOf("contract"));

function promised(value: unknown): Delivery {
  const faults = contractFaultsOf(value);
  if (faults.length > 0) return { problems: problemsOf(faults) };
  const { contract_id, interfaces, data_models, test_skeletons } = Contract.parse(value);
  const parts = [
    `${interfaces.length} interfaces`,
    `${data_models.length} data models`,
    `${test_skeletons.length} test skeletons`,
  ];
  return delivered(value, `contract ${contract_id}: ${parts.join(", ")}`);
}
