/** What `troupe upgrade-check` found, as lines for people. Pure. */
import type { MachineChange } from "../replay/machine-diff.ts";
import type { ActorUpgrade, UpgradeGroup, UpgradeReport } from "../replay/upgrade.ts";
import { count, inked, table, type Ink } from "./paper.ts";
import { migrationLines } from "./migration-text.ts";
import { tameLine } from "./terminal.ts";

/** So many actors are told one by one; `--json` has all. */
const MOST = 20;

/** @param columns how wide a line may be. */
export function upgradeLines(report: UpgradeReport, ink: Ink, columns: number): readonly string[] {
  return [
    ...groupTable(report.groups, columns),
    ...foundLines(report.found, ink),
    ...migrationLines(report.migrations),
    ...changeLines(report.changes),
    ...goneLines(report.gone),
  ];
}

/** The last line. */
export function upgradeVerdict({ actors, runs, found, groups }: UpgradeReport): string {
  if (actors === 0) return "no actor is open: nothing would park";
  const parked = found.filter(({ parkedBefore }) => parkedBefore === true).length;
  const migrates = groups.reduce((sum, { verdicts }) => sum + (verdicts.migrates ?? 0), 0);
  const parts = [`${actors - found.length - migrates} hold`, `${migrates} migrate`];
  parts.push(`${found.length - parked} would park`);
  if (parked > 0) parts.push(`${parked} are parked already`);
  return `${count(actors, "actor")} of ${count(runs, "run")}: ${parts.join(", ")}`;
}

function groupTable(groups: readonly UpgradeGroup[], columns: number): readonly string[] {
  if (groups.length === 0) return [];
  const rows = groups.map(({ kind, version, to = "-", actors, verdicts }) => {
    const { holds = 0, migrates = 0 } = verdicts;
    const others = Object.entries(verdicts).filter(([verdict]) => !/^(holds|migrates)$/.test(verdict));
    const why = others.map(([verdict, n]) => `${n} ${verdict}`).join(", ");
    return [kind, `${version} → ${to}`, String(actors), String(holds), String(migrates), why || "-"];
  });
  return table(["KIND", "VERSION", "ACTORS", "HOLD", "MIGRATE", "WOULD PARK"], rows, columns);
}

function foundLines(found: readonly ActorUpgrade[], ink: Ink): readonly string[] {
  const shown = found.slice(0, MOST).flatMap((one) => actorLines(one, ink));
  if (found.length <= MOST) return shown;
  return [...shown, "", `… and ${found.length - MOST} more: see --json`];
}

function actorLines(
  { address, version, to = "-", verdict, fault, parkedBefore }: ActorUpgrade,
  ink: Ink,
) {
  const already = parkedBefore === true ? ", as it does already" : "";
  const head = `${tameLine(address)} (${tameLine(`${version} → ${to}`)}): ${verdict}${already}`;
  const lines = ["", inked(ink, already === "" ? "red" : "yellow", head)];
  if (fault === undefined) return lines;
  const { message, hint, taken } = fault;
  lines.push(`  ${tameLine(message)}`);
  if (taken !== undefined && taken.recorded.join() !== taken.replayed.join()) {
    lines.push(`  taken then: ${tameLine(taken.recorded.join(", ") || "nothing")}`);
    lines.push(`  taken now:  ${tameLine(taken.replayed.join(", ") || "nothing")}`);
  }
  lines.push(`  → ${tameLine(hint)}`);
  return lines;
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;

function changeLines(changes: UpgradeReport["changes"]): readonly string[] {
  return Object.entries(changes).flatMap(([kind, list]) => [
    "",
    `the machine of kind ${tameLine(kind)}: ${count(list.length, "change")}`,
    ...list.map((change) => `  ${tameLine(changeText(change))}`),
  ]);
}

function changeText({ change, of, state, name, before, after }: MachineChange): string {
  const where = state === "" ? "" : ` in ${state}`;
  const subject =
    of === "state" ? `state ${state || "(machine)"}` : `${[of, name].join(" ").trim()}${where}`;
  if (/^(action|guard|actor|delay)$/.test(of)) return `${SIGNS[change]} ${of} ${name}: its code`;
  const said = change === "changed" ? `${before} ⇒ ${after}` : (after ?? before ?? "");
  return `${SIGNS[change]} ${subject}: ${said}`;
}

function goneLines(gone: UpgradeReport["gone"]): readonly string[] {
  if (gone.length === 0) return [];
  const lines = gone
    .slice(0, MOST)
    .map(
      ({ kind, transition, times }) =>
        `  ${tameLine(`${kind}: ${transition}`)} (${times === 1 ? "once" : `${times} times`})`,
    );
  return ["", "taken by records, and no longer in the machine:", ...lines];
}
