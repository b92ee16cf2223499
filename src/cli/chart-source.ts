/** Finds what `troupe chart` is to draw: a built-in kind, one of a module, a machine, a plan. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { AnyStateMachine } from "xstate";
import { kindNamed, kindsByName } from "../actors/kind.ts";
import { hostKinds } from "../agents/host-kinds.ts";
import { readPlan } from "../agents/read-plan.ts";
import { TroupeError } from "../errors.ts";
import { chartOfMachine } from "./chart-machine.ts";
import { chartOfPlan } from "./chart-plan.ts";
import type { Chart } from "./chart-text.ts";
import { kindsIn, loadKinds, loadModule } from "./load-kinds.ts";

export interface ChartWanted {
  /** A kind or a file. */
  readonly what: string;
  /** Which machine of a module. */
  readonly name?: string | undefined;
  /** A module whose kind `what` is. */
  readonly kinds?: string | undefined;
  readonly folder: string;
}

const MODULE = /^\.[cm]?[jt]s$/;

/** @throws {@link TroupeError} `USAGE`, `KIND_UNKNOWN`, `PLAN_NOT_FOUND`, `PLAN_INVALID` and those of `loadKinds`. */
export async function findChart({ what, name, kinds, folder }: ChartWanted): Promise<Chart> {
  if (kinds !== undefined)
    return chartOfMachine(kindNamed(await loadKinds(kinds, folder), what).machine);
  const builtIn = kindsByName(hostKinds()).get(what);
  if (builtIn !== undefined) return chartOfMachine(builtIn.machine);
  if (MODULE.test(extname(what))) return chartOfMachine(await machineIn(what, name, folder));
  if (extname(what) === "" && !existsSync(resolve(folder, what))) throw unknown(what);
  // it is drawn whoever has its agents
  return chartOfPlan(await readPlan(resolve(folder, what), { agents: "any" }));
}

async function machineIn(
  file: string,
  name: string | undefined,
  folder: string,
): Promise<AnyStateMachine> {
  const machines = machinesOf(await loadModule(file, folder));
  const names = [...machines.keys()];
  const found = machines.get(name ?? (names.length === 1 ? (names[0] ?? "") : ""));
  if (found !== undefined) return found;
  const hint = `Say which: troupe chart ${file} NAME.`;
  if (names.length === 0)
    throw new TroupeError("KIND_INVALID", `${file} exports neither kinds nor a machine`, {
      hint: "Export a machine, or `kinds`.",
    });
  if (name === undefined)
    throw new TroupeError("USAGE", `${file} holds several machines: ${names.join(", ")}`, { hint });
  throw new TroupeError("KIND_UNKNOWN", `${file} holds no "${name}", but ${names.join(", ")}`, {
    hint,
    data: { kind: name },
  });
}

/** By the kind's name, and machines that are exported by that. */
function machinesOf(module: Readonly<Record<string, unknown>>): ReadonlyMap<string, AnyStateMachine> {
  const exported = Object.entries(module).flatMap(([key, value]): [string, AnyStateMachine][] =>
    isMachine(value) ? [[key, value]] : [],
  );
  const kinds = [...(kindsIn(module) ?? [])].map(([kind, { machine }]) => [kind, machine] as const);
  return new Map([...exported, ...kinds]);
}

/** By its form, so that it may come from a second copy of XState. */
function isMachine(value: unknown): value is AnyStateMachine {
  const { root, transition } = Object(value); // whatever it is
  return typeof transition === "function" && Object(root).transitions instanceof Map;
}

function unknown(what: string): TroupeError {
  const known = hostKinds().map(({ kind }) => kind);
  return new TroupeError(
    "KIND_UNKNOWN",
    `there is no kind "${what}" (known: ${known.join(", ")}) and no such file`,
    {
      hint: "Name one of these kinds, a plan, or a module that exports machines; kinds of your own need --kinds FILE.",
      data: { kind: what },
    },
  );
}
