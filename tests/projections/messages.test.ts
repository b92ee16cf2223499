/** Messages and jobs as rows and tables: of what exchanges and queues have recorded. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/events/json.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { messages } from "../../src/projections/messages.ts";
import { openProjections } from "../../src/projections/runner.ts";

let records = 0;

async function record(log: EventLog, stream: string, rest: JsonObject): Promise<void> {
  records += 1;
  const base = { v: 1, version: "1", epoch: 1, state: "open", status: "active", hash: "h", owes: 0 };
  const meta = { id: `id-${records}`, type: "moved", correlation: "c", at: 1_000 + records };
  const expected = await log.tip(stream);
  await log.append(stream, [{ ...meta, body: { ...base, ...rest } }], { expected });
}

const sent = (id: string, rest: Readonly<Record<string, Json>> = {}) => ({
  type: "message.sent",
  v: 1,
  data: { id, from: "ada", to: ["bob", "cy"], type: "request", priority: "NORMAL", ...rest },
});

describe("messages", () => {
  it("are a row each, whoever sent several at once, and whatever else is in the log", async () => {
    await using log = memoryLog();
    const batch = [sent("m1"), sent("m2", { replyTo: "m1", to: ["ada"], from: "bob" })];
    await record(log, "messages/r1", { event: { type: "SEND_ALL" }, facts: batch });
    await record(log, "messages/r1", {
      event: { type: "HANDOFF" },
      facts: [sent("m3", { type: "result_handoff" })],
    });
    await record(log, "messages/r2", {
      facts: [sent("m1"), { type: "agent.joined", v: 1, data: { agent: "x" } }],
    });
    await record(log, "workflow/r1", { facts: [sent("m9")] });
    await using projections = openProjections({ log, place: null });
    const rows = await projections.rows(messages);
    expect(rows.map(({ key }) => key)).toEqual(["r1 m1", "r1 m2", "r1 m3", "r2 m1"]);
    expect(rows.every(({ parked }) => parked === undefined)).toBe(true);
    const found = await projections.sql("SELECT * FROM messages WHERE run = ? ORDER BY id", ["r1"]);
    expect(found).toMatchObject([
      { id: "m1", sender: "ada", recipients: '["bob","cy"]', replyTo: null, handoff: 0 },
      { id: "m2", sender: "bob", replyTo: "m1" },
      { id: "m3", type: "result_handoff", handoff: 1 },
    ]);
  });
});

describe("jobs", () => {
  it("are a row each, with how long the last attempt took", async () => {
    await using log = memoryLog();
    const order = { name: "mail", workflow: "r1" };
    const born = { id: "job", input: { queue: "q", id: "1", queued: true, order } };
    const fact = (type: string, data: JsonObject) => ({
      facts: [{ type, v: 1, data: { job: "1", ...data } }],
    });
    await record(log, "job/q:1", { born, state: "PENDING" });
    const started = { lease: 1, worker: "w", attempt: 1 };
    await record(log, "job/q:1", { state: "RUNNING", ...fact("job.started", started) });
    await record(log, "job/q:1", { state: "COMPLETED", ...fact("job.completed", { retries: 0 }) });
    await using projections = openProjections({ log, place: null });
    expect(await projections.sql("SELECT * FROM jobs")).toMatchObject([
      { address: "job/q:1", id: 1, name: "mail", workflow: "r1", status: "COMPLETED", durationMs: 1 },
    ]);
  });
});
