/** What migrations do beside leading states over, as lines for people: alike ones together. Pure. */
import type { MigrationSeen, TimerSeen } from "../replay/migration-seen.ts";
import type { ActorUpgrade } from "../replay/upgrade.ts";
import { parseAddress } from "../events/address.ts";
import { count, span } from "./paper.ts";
import { tameLine } from "./terminal.ts";

/** So many lines are told, and so many actors named in each; `--json` has all. */
const MOST = 20;
const NAMED = 3;

export function migrationLines(migrations: readonly ActorUpgrade[]): readonly string[] {
  const told = migrations.flatMap(({ address, version, to = "-", migration }) =>
    migration === undefined
      ? []
      : textsOf(migration).map((text) => ({
          of: `${parseAddress(address).kind} (${version} → ${to}): ${text}`,
          address,
        })),
  );
  if (told.length === 0) return [];
  const groups = [...Map.groupBy(told, ({ of }) => of)];
  const lines = groups
    .slice(0, MOST)
    .map(([of, list]) => `  ${tameLine(of)} (${actorsOf(list.map(({ address }) => address))})`);
  if (groups.length > MOST) lines.push(`  … and ${groups.length - MOST} more: see --json`);
  return ["", "by their migration:", ...lines];
}

function textsOf({ dropped, armed, stopped, started, warnings }: MigrationSeen): readonly string[] {
  return [
    ...dropped.map((timer) => `${nameOf(timer)} is dropped`),
    ...armed.map(({ delayMs, ...timer }) => `${nameOf(timer)} is armed, due ${span(delayMs)} after it`),
    ...stopped.map((id) => `its child "${id}" is stopped`),
    ...started.map((id) => `its child "${id}" is started`),
    ...warnings.map((text) => `warning: ${text}`),
  ];
}

function nameOf({ timer, state }: TimerSeen): string {
  return `the timer "${timer}"${state === "" ? "" : ` of state "${state}"`}`;
}

function actorsOf(addresses: readonly string[]): string {
  if (addresses.length <= NAMED) return tameLine(addresses.join(", "));
  return `${count(addresses.length, "actor")}, ${tameLine(addresses[0] ?? "")} among them`;
}
