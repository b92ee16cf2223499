/** Judges what became of a team ({@link ./laws-team.ts}) whose code changed while it worked. */
import { expect } from "vitest";
import type { RecordBody } from "../../src/events/record.ts";
import { MEMBERS } from "./laws-team.ts";

/** All actors of a team. */
export function teamOf(root: string): readonly string[] {
  return [`team/${root}`, ...MEMBERS.map((id) => `member/${root}:${id}`)];
}

interface Told {
  readonly type: string;
  readonly body: RecordBody;
}

/** A team that is over: each actor migrated once, nothing was lost, and nothing counted twice. */
export function judgeTeam(root: string, all: ReadonlyMap<string, readonly Told[]>): void {
  const [team, ...members] = teamOf(root).map((address) => all.get(address) ?? []);
  const inputs = (type: string): number =>
    team?.filter(({ body: { event } }) => event?.type === type).length ?? 0;
  const [gone, notes] = [inputs("GO"), inputs("NOTED")];
  expect(team?.at(-1)?.body).toMatchObject({
    status: "done",
    output: { gone, known: gone * MEMBERS.length, notes, ended: MEMBERS.length - 1 },
  });
  expect(notes).toBeGreaterThanOrEqual(gone);
  for (const member of members)
    expect(member.at(-1)?.body).toMatchObject({ status: "done", output: gone });
  for (const records of [team ?? [], ...members]) judgeMigrations(records);
}

function judgeMigrations(records: readonly Told[]): void {
  const [first, last] = [records[0]?.body.version, records.at(-1)?.body.version];
  const migrations = records.filter(({ type }) => type === "troupe.migrated");
  expect(migrations).toHaveLength(first === last ? 0 : 1);
}
