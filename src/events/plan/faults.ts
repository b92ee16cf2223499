/**
 * What is wrong with a plan, in words: every fault at once, each with its path, one sentence,
 * and a hint where there is a likely repair.
 *
 * - A wrong field hides no other fault: what it should hold counts as unread.
 * - A value with none of these faults is a plan.
 */
import { doerFaults, healerFaults, unknownAgents } from "./agent-faults.ts";
import { conditionFaults } from "./condition-faults.ts";
import { faultAt, isRecord, isTooDeep, type Fault } from "./fault.ts";
import { orderFaults, reservedIds } from "./order-faults.ts";
import { pathFaults } from "./path-faults.ts";
import { patternFaults, taskFaults } from "./pattern-faults.ts";
import { Plan } from "./plan.ts";
import { schemaFaults } from "./schema-faults.ts";
import { secretFaults } from "./secret-faults.ts";
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
    ...reservedIds(sketch),
    ...orderFaults(sketch),
    ...doerFaults(sketch),
    ...healerFaults(sketch),
    ...pathFaults(sketch),
    ...patternFaults(sketch),
    ...taskFaults(sketch),
    ...conditionFaults(sketch),
  ];
}
