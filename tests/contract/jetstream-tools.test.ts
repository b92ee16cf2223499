/**
 * What another tool does with a log on NATS, by nothing but the text protocol over a socket: it
 * hears of a task that failed, and asks the owner for something.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHost, type Host } from "../../src/actors/host.ts";
import { hostKinds, type HostKinds } from "../../src/agents/host-kinds.ts";
import { partitionOf } from "../../src/events/address.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { bareNats } from "../support/bare-nats.ts";
import { freshName } from "../support/nats-log.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";

const name = freshName();
let server: TestNats;
let host: Host<HostKinds>;
const folder = freshFolder();
beforeAll(async () => {
  server = await startNats();
  host = await createHost({ log: server.logUrl(name), kinds: hostKinds() });
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const subjectOf = (kind: string, id: string) =>
  `troupe.${name}.cmd.${partitionOf(id, 4)}.${kind}.${id}`;

/** The start of a workflow whose only task ends with this exit code. */
function startOf(run: string, id = `start-${run}`): string {
  const plan = { name: "demo", tasks: [{ id: "check", run: "exit 3" }] };
  const input = { run, folder: folder.path, artifacts: `${folder.path}/${run}`, plan };
  return JSON.stringify({ id, address: `workflow/${run}`, op: "start", data: { input } });
}

const memory = (id: string, op: string, data: unknown, command = `${op}-${id}`): string =>
  JSON.stringify({ id: command, address: `memory/${id}`, op, data });

describe("a tool with a socket", () => {
  it("starts a run, reads its failed task as a CloudEvent, and learns that nothing is left to cancel", async () => {
    await using nats = await bareNats(server.port);
    nats.type("SUB troupe.*.pub.*.task.*.task.failed 1", "PING");
    expect(await nats.line()).toBe("PONG");
    const subject = subjectOf("workflow", "w1");
    expect(JSON.parse((await nats.request(subject, startOf("w1"))).data)).toEqual({ value: 1 });
    const failed = await nats.message("troupe.");
    const partition = partitionOf("w1", 4);
    expect(failed.subject).toBe(`troupe.${name}.pub.${partition}.task.w1:check.task.failed`);
    expect(Object.fromEntries(failed.headers)).toMatchObject({
      "ce-specversion": "1.0",
      "ce-type": "task.failed",
      "ce-source": "task/w1:check",
      "ce-id": expect.stringMatching(/^[!-~]+$/),
      "ce-time": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      "ce-datacontenttype": "application/json",
      "ce-correlationid": "w1",
      "Nats-Stream": `TROUPE_${name}_${partition}`,
      "Nats-Sequence": expect.stringMatching(/^[1-9][0-9]*$/),
    });
    const facts: unknown = JSON.parse(failed.data).facts;
    expect(facts).toContainEqual({
      type: "task.failed",
      v: 1,
      data: expect.objectContaining({ task: "check", exitCode: 3, attempts: 1 }),
    });
    await host.actor("workflow/w1").waitFor((state) => state.status === "done");
    const cancel = { event: { type: "CANCEL", reason: "too late" } };
    const late = { id: "cancel-w1", address: "workflow/w1", op: "send", data: cancel };
    const refused = await nats.request(subject, JSON.stringify(late));
    expect(JSON.parse(refused.data)).toMatchObject({
      error: { code: "EVENT_REFUSED", hint: expect.any(String), data: { type: "CANCEL" } },
    });
  });

  it("gets the same answer for the same command, which acts once", async () => {
    await using nats = await bareNats(server.port);
    nats.type(`SUB troupe.${name}.pub.*.memory.once.> 1`);
    const subject = subjectOf("memory", "once");
    await nats.request(subject, memory("once", "start", { input: { name: "m" } }));
    expect((await nats.message("troupe.")).headers.get("troupe-seq")).toBe("1");
    const put = memory("once", "send", { event: { type: "PUT", key: "a", value: 1 } }, "put-1");
    const first = await nats.request(subject, put);
    expect((await nats.message("troupe.")).headers.get("ce-causationid")).toBe("cmd:put-1");
    const again = await nats.request(subject, put);
    expect(JSON.parse(first.data)).toMatchObject({
      value: { seq: 2, facts: [{ type: "memory.stored" }] },
    });
    expect(again.data).toBe(first.data);
    expect(await recordsOf("memory/once")).toHaveLength(2);
  });
});

describe("bad input on a command subject", () => {
  const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  it.each([
    ["bytes that are no JSON", "\u0000\u0001boo", "are not JSON"],
    ["nothing", "", "are not JSON"],
    ["JSON that is no command", '{"op":"start"}', "address"],
    ["a list in lists in lists", nested, "are not JSON"],
    ["an address that is none", '{"id":"c","address":"../x","op":"stop","data":{}}', "not an address"],
    ["a command that nobody knows", memory("bad", "explode", {}), 'knows no command "explode"'],
    ["a command for another actor", startOf("other"), "is asked on"],
    ["data that the command does not take", memory("bad", "send", 7), "expected object"],
    ["a reserved event", memory("bad", "send", { event: { type: "xstate.stop" } }), "from outside"],
  ])("%s is answered with what is wrong, and the owner goes on", async (_, data, said) => {
    await using nats = await bareNats(server.port);
    const answer = await nats.request(subjectOf("memory", "bad"), data);
    const { error } = JSON.parse(answer.data);
    expect(error).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
    expect(error.message).toContain(said);
    await goesOn();
  });

  it("a message over the server's limit ends its sender's connection, nothing else", async () => {
    await using nats = await bareNats(server.port);
    nats.type(`PUB ${subjectOf("memory", "bad")} _INBOX.x 8000000`);
    expect(await nats.line()).toContain("Maximum Payload Violation");
    await nats.closed;
    await goesOn();
  });

  it.each(["troupe.NAME.ev.0.task.r1.x", "troupe.other.cmd.0.task.r1", "$JS.API.STREAM.PURGE.X"])(
    "an answer to %s is not given, and the command not done",
    async (reply) => {
      await using nats = await bareNats(server.port);
      const id = `quiet-${reply.length}`;
      const data = memory(id, "start", { input: { name: "m" } });
      nats.type(
        `PUB ${subjectOf("memory", id)} ${reply.replace("NAME", name)} ${Buffer.byteLength(data)}`,
        data,
      );
      await goesOn();
      expect(await recordsOf(`memory/${id}`)).toEqual([]);
    },
  );

  it("a command that wants no answer is done, and one with an answer that nobody reads, too", async () => {
    await using nats = await bareNats(server.port);
    nats.type(`SUB troupe.${name}.pub.*.memory.silent.> 1`);
    const start = memory("silent", "start", { input: { name: "m" } });
    nats.type(`PUB ${subjectOf("memory", "silent")} ${Buffer.byteLength(start)}`, start);
    expect((await nats.message()).headers.get("troupe-seq")).toBe("1");
    const put = memory("silent", "send", { event: { type: "PUT", key: "a", value: 1 } });
    nats.type(`PUB ${subjectOf("memory", "silent")} nobody.>.*..here ${Buffer.byteLength(put)}`, put);
    expect((await nats.message()).headers.get("troupe-seq")).toBe("2");
    await goesOn();
  });
});

async function recordsOf(address: string) {
  const all = await Array.fromAsync(host.records({ live: false }));
  return all.filter(({ stream }) => stream === address);
}

let asked = 0;

/** The owner answers somebody else. */
async function goesOn(): Promise<void> {
  await using other = await bareNats(server.port);
  const id = `fine-${++asked}`;
  const answer = await other.request(
    subjectOf("memory", id),
    memory(id, "start", { input: { name: "m" } }),
  );
  expect(JSON.parse(answer.data)).toEqual({ value: 1 });
}
