/**
 * What is wrong with a plan, in words: every fault at once, each with its path, one sentence,
 * and a hint where there is a likely repair.
 *
 * - A wrong field hides no other fault: what it should hold counts as unread.
 * - A value with none of these faults is a plan.
 */
import { isSecret } from "../secrets.ts";
import { doerFaults, unknownAgents } from "./agent-faults.ts";
import { conditionFaults } from "./condition-faults.ts";
import { faultAt, faultOfKey, isRecord, isText, isTooDeep, type Fault, type Steps } from "./fault.ts";
import { orderFaults } from "./order-faults.ts";
import { pathFaults } from "./path-faults.ts";
import { patternFaults, taskFaults } from "./pattern-faults.ts";
import { Plan } from "./plan.ts";
import { schemaFaults } from "./schema-faults.ts";
import { sketchOf, type Sketch } from "./sketch.ts";

export interface FaultOptions {
  /**
   * Names of the agents that the host registers; `"any"`: names of agents are not asked about.
   * Default: none but those of the plan and the built-in `merge`.
   */
  readonly agents?: readonly string[] | "any";
}

/** All faults of a value that should be a plan. Empty: it is one. */
export function faultsOf(value: unknown, { agents = [] }: FaultOptions = {}): readonly Fault[] {
  if (isTooDeep(value)) return [faultAt([], "it is nested too deeply")];
  const sketch = sketchOf(value);
  return [
    ...schemaFaults(Plan, value, "a plan: fields such as name and tasks"),
    ...(isRecord(value) ? meaningFaults(sketch) : []),
    ...unknownAgents(sketch, agents),
  ];
}

function meaningFaults(sketch: Sketch): readonly Fault[] {
  return [
    ...secretFaults(sketch),
    ...orderFaults(sketch),
    ...doerFaults(sketch),
    ...pathFaults(sketch),
    ...patternFaults(sketch),
    ...taskFaults(sketch),
    ...conditionFaults(sketch),
  ];
}

/** Secrets in an `env`; not left to the schema, which looks no further where a type is wrong. */
function secretFaults({ fields, tasks }: Sketch): readonly Fault[] {
  const agents = Object.entries(isRecord(fields["agents"]) ? fields["agents"] : {});
  return [
    ...secretsIn(fields, []),
    ...agents.flatMap(([name, agent]) => secretsIn(agent, ["agents", name])),
    ...tasks.flatMap((task) => secretsIn(task.fields, ["tasks", task.at])),
  ];
}

function secretsIn(holder: unknown, path: Steps): readonly Fault[] {
  const env = isRecord(holder) && isRecord(holder["env"]) ? holder["env"] : {};
  return Object.entries(env).flatMap(([name, value]) =>
    isText(value) && isSecret(name, value)
      ? faultOfKey(
          [...path, "env", name],
          "it is named like a secret, and plans are recorded",
          `List "${name}" under passEnv and set it in the shell that runs troupe.`,
        )
      : [],
  );
}
