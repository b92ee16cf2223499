/** Judges what became of a team ({@link ./laws-team.ts}) whose code changed while it worked. */
import { expect } from "vitest";
import type { RecordBody } from "../../src/events/record.ts";
import { MEMBERS } from "./laws-team.ts";

/** All actors of a team. */
export function teamOf(root: string): readonly string[] {
  return [`team/${root}`, ...MEMBERS.map((id) => `member/${root}:${id}`)];
}

/** By address, in order. */
type Records = ReadonlyMap<string, readonly { readonly type: string; readonly body: RecordBody }[]>;

/** A team that is over: each actor migrated once, nothing was lost, and nothing counted twice. */
export function judgeTeam(root: string, all: Records): void {
  const [team = "", ...members] = teamOf(root);
  const records = all.get(team) ?? [];
  const inputs = (type: string): number =>
    records.filter(({ body: { event } }) => event?.type === type).length;
  const [gone, notes] = [inputs("GO"), inputs("NOTED")];
  expect(records.at(-1)?.body).toMatchObject({
    status: "done",
    output: { gone, known: gone * MEMBERS.length, notes, ended: MEMBERS.length - 1 },
  });
  expect(notes).toBeGreaterThanOrEqual(gone);
  for (const address of [team, ...members]) {
    const own = all.get(address) ?? [];
    const crosses = own[0]?.body.version === "1" && own.at(-1)?.body.version !== "1";
    const migrations = own.filter(({ type }) => type === "troupe.migrated").length;
    expect(migrations).toBe(crosses ? 1 : 0);
  }
  for (const address of members)
    expect(all.get(address)?.at(-1)?.body).toMatchObject({ status: "done", output: gone });
}
