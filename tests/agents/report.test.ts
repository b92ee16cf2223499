/** Reports honour what was taken out of a history. */
import { expect, it } from "vitest";
import type { ActorRecord } from "../../src/actors/reads.ts";
import { reportOfRun } from "../../src/agents/report-actor.ts";

const body = (rest: object) => ({
  v: 1,
  version: "1",
  epoch: 1,
  state: "RUNNING",
  status: "active",
  hash: "h",
  owes: 0,
  ...rest,
});

function record(seq: number, rest: object): ActorRecord {
  const given = { stream: "workflow/r1", seq, at: seq, type: "t", correlation: "r1", id: `${seq}` };
  return { ...given, position: "", body: body(rest) } as unknown as ActorRecord;
}

const alert = (message: string) => ({
  facts: [{ type: "workflow.alerted", v: 1, data: { severity: "warning", code: "odd", message } }],
});

async function reportOf(records: readonly ActorRecord[]): Promise<string> {
  const files = await reportOfRun(async function* () {
    yield* records;
  });
  return files.map(({ text }) => text).join("\n");
}

it("A5: leaves out what a later record has taken out", async () => {
  const input = { run: "r1", folder: "/f", artifacts: "/f/r1", plan: { name: "demo", tasks: [] } };
  const history = [
    record(1, { born: { id: "r1", input } }),
    record(2, alert("poison")),
    record(3, alert("water")),
  ];
  expect(await reportOf(history)).toMatch(/poison[^]*water/);
  const skip = record(4, { event: { type: "troupe.skipped", seq: 2 } });
  const report = await reportOf([...history, skip]);
  expect(report).toContain("water");
  expect(report).not.toContain("poison");
});

it("is nothing of nothing", async () => {
  expect(await reportOf([])).toBe("");
});
