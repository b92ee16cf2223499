/** Faults of who does what: a command, or an agent by a name that somebody has. */
import { BranchReason } from "../failure.ts";
import { nearest } from "../nearest.ts";
import {
  faultAt,
  faultOfKey,
  isRecord,
  isText,
  listAt,
  valueAt,
  type Fault,
  type Steps,
} from "./fault.ts";
import type { Plan } from "./plan.ts";
import { doersOf, sketchOf, type Sketch } from "./sketch.ts";

/** Who mends what nobody else is routed for. */
const DEBUGGER = "debugger";

/** What every host has: it puts outputs one after the other. */
const BUILT_IN = ["merge"] as const;

/** Everybody has one command or one agent. */
export function doerFaults(sketch: Sketch): readonly Fault[] {
  return doersOf(sketch).flatMap(({ path, fields }) => {
    const has = (name: string): boolean => valueAt(fields, [name]) !== undefined;
    if (has("run") && has("agent"))
      return faultOfKey([...path, "agent"], "it has both run and agent", "Keep one of the two.");
    return has("run") || has("agent")
      ? []
      : faultAt(
          [...path, "run"],
          "it is missing",
          "Say who does it: run, a command, or agent, a name.",
        );
  });
}

/** Who heals is another than the one who failed, and is named once. */
export function healerFaults({ tasks }: Sketch): readonly Fault[] {
  return tasks.flatMap(({ at, fields }) => {
    const names = listAt(fields, ["heal", "agents"]);
    return names.flatMap((name, n) => {
      if (!isText(name)) return [];
      const path: Steps = ["tasks", at, "heal", "agents", n];
      if (name === fields["agent"])
        return faultAt(path, `"${name}" is the task's own agent`, "Name others only.");
      return names.indexOf(name) === n
        ? []
        : faultAt(path, `"${name}" is named twice`, "Name each agent once.");
    });
  });
}

/** Everybody who is named is there. @param registered the agents of the host; "any": do not ask. */
export function unknownAgents(sketch: Sketch, registered: readonly string[] | "any"): readonly Fault[] {
  if (registered === "any") return [];
  const own = sketch.fields["agents"];
  const known = [...Object.keys(isRecord(own) ? own : {}), ...registered, ...BUILT_IN];
  const isKnown = new Set(known);
  const unknown = placesOf(sketch).flatMap((path) => {
    const name = valueAt(sketch.fields, path);
    return isText(name) && !isKnown.has(name)
      ? faultAt(path, `unknown agent "${name}"`, hint(name, known))
      : [];
  });
  return [...unknown, ...(isKnown.has(DEBUGGER) ? [] : unroutedFaults(sketch))];
}

/** The agents that a plan has its host look for: named, and none of its own. */
export function agentsNamed(plan: Plan): ReadonlySet<string> {
  const found = placesOf(sketchOf(plan)).map((path) => valueAt(plan, path));
  return new Set(found.filter(isText).filter((name) => !Object.hasOwn(plan.agents, name)));
}

/** Where agents may be named. */
function placesOf(sketch: Sketch): readonly Steps[] {
  const named = doersOf(sketch).map(({ path }): Steps => [...path, "agent"]);
  const routed = sketch.tasks.flatMap(({ at, fields }) => {
    const routing = fields["failureRouting"];
    return Object.keys(isRecord(routing) ? routing : {}).map((reason): Steps => [
      "tasks",
      at,
      "failureRouting",
      reason,
    ]);
  });
  const healers = sketch.tasks.flatMap(({ at, fields }) =>
    listAt(fields, ["heal", "agents"]).map((_, n): Steps => ["tasks", at, "heal", "agents", n]),
  );
  return [...named, ...routed, ...healers];
}

function hint(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined
    ? `Describe it under agents, or register it with the host (known: ${known.slice(0, 10).join(", ")}).`
    : `Did you mean "${near}"?`;
}

/** Without a debugger, every kind of failure needs somebody. */
function unroutedFaults({ tasks }: Sketch): readonly Fault[] {
  return tasks.flatMap(({ at, fields }) => {
    const routing = fields["failureRouting"];
    if (!isRecord(routing)) return [];
    const left = BranchReason.options.filter((reason) => routing[reason] === undefined);
    return left.length === 0
      ? []
      : faultOfKey(
          ["tasks", at, "failureRouting"],
          `unknown agent "${DEBUGGER}", who gets ${left.join(", ")}`,
          `Describe ${DEBUGGER} under agents, or route these, too.`,
        );
  });
}
