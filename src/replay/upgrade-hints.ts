/** What to do about an actor that would park. Pure. */
import type { AnyKind } from "../actors/kind.ts";
import { codeIn } from "../actors/versions.ts";
import type { UpgradeVerdict } from "./upgrade-actor.ts";

/** @param version of the actor's last record. @returns undefined where the fault's own hint says it. */
export function hintOf(
  verdict: UpgradeVerdict,
  kind: AnyKind | undefined,
  version: string,
): string | undefined {
  switch (verdict) {
    case "unknown-kind":
      return "Export this kind too: a host without it does not take the log over.";
    case "newer":
      return "Deploy the later version; versions are compared by their numbers.";
    case "diverges":
    case "needs-upcast":
    case "needs-migrate":
      return kind === undefined ? undefined : leadOn(verdict, kind, version);
    case "holds":
    case "migrates":
    case "unreadable":
      return undefined;
  }
}

/** What bridges to this kind from the version that wrote last. */
function leadOn(verdict: UpgradeVerdict, kind: AnyKind, version: string): string {
  if (version === kind.version)
    return `Undo the change; or raise the version, name ${version} in \`previous\` with its own machine, and bridge with \`migrate\`.`;
  if (codeIn(kind, version) !== undefined)
    return `Restore the machine that stands in \`previous\` for version ${version}: with this one its records do not replay.`;
  if (verdict === "needs-upcast")
    return `Show the old input to this code with \`upcast\`, or name version ${version} in \`previous\`, with its own machine.`;
  const undo = verdict === "diverges" ? "Undo the change; or name" : "Name";
  return `${undo} version ${version} in \`previous\`, with its own machine, and lead its states to new ones with \`migrate\`.`;
}
