/** Who is there, on a real server: agents, and what only calls itself one. */
import { describe, expect, it } from "vitest";
import { enter, serverAt } from "../../../src/agents/remote/connection.ts";
import { discoverAgents } from "../../../src/agents/remote/discover.ts";
import { bytesIn } from "../../../src/agents/remote/protocol.ts";
import { freshName, rawConnection } from "../../support/nats-log.ts";
import { startNats } from "../../support/nats-server.ts";
import { startAgent } from "../../support/remote-agent.ts";
import { sharedNats } from "../../support/shared-nats.ts";

const url = () => `nats://127.0.0.1:${sharedNats.port}`;

describe("the agents on a server", () => {
  it("are found by kind and owner; instances of one subject are one agent", async () => {
    const agent = freshName();
    const start = (owner: string, endpoint: object) =>
      startAgent(sharedNats.port, undefined, { agent, owner, endpoint });
    await using first = await start("eva", { max_payload: "2KB" });
    await using second = await start("eva", { attachments_ok: "false", max_payload: "1MB" });
    await using other = await start("ada", {});
    const { agents, unusable } = await discoverAgents(url(), { agent });
    expect(unusable).toEqual([]);
    expect(agents.map(({ subject }) => subject)).toEqual([other.subject, first.subject]);
    const instances = [...first.found.instances, ...second.found.instances].toSorted();
    expect(agents[1]).toEqual({ ...first.found, instances, maxPayload: 2048, attachments: false });
    const hers = await discoverAgents(url(), { agent, owner: "ada" });
    expect(hers.agents.map(({ owner }) => owner)).toEqual(["ada"]);
  });

  it("are none, where nobody is; a given connection stays open", async () => {
    await using server = await startNats({ jetstream: false });
    await using nc = await rawConnection(server.port);
    expect(await discoverAgents(nc)).toEqual({ agents: [], unusable: [] });
    expect(nc.isClosed()).toBe(false);
  });

  it.each<[string, object, RegExp]>([
    ["of another version", { protocol: "0.2" }, /version "0.2" of the protocol, not 0.3/],
    ["of no version", { protocol: "three" }, /version "three"/],
    ["of a size that is none", { endpoint: { max_payload: "much" } }, /max_payload/],
  ])("S2: one %s is told as unusable", async (_, options, why) => {
    await using one = await startAgent(sharedNats.port, undefined, options);
    const { agents, unusable } = await discoverAgents(url(), { agent: one.agent });
    expect(agents).toEqual([]);
    expect(unusable).toEqual([
      { agent: one.agent, owner: "eva", why: expect.stringMatching(why) as string },
    ]);
  });

  it.each<[string, string | object, RegExp]>([
    ["no JSON", "hello", /expected object/],
    ["nothing of itself", { name: "agents" }, /metadata/],
    ["no prompts", described([]), /takes no prompts/],
    ["a subject of the server's", described([{ name: "prompt", subject: "$JS.API.INFO" }]), /subject/],
    ["a subject of many", described([{ name: "prompt", subject: "agents.>" }]), /subject/],
  ])("S2: one that says %s is told as unusable", async (_, says, why) => {
    await using server = await startNats({ jetstream: false });
    await using nc = await rawConnection(server.port);
    const text = typeof says === "string" ? says : JSON.stringify(says);
    nc.subscribe("$SRV.INFO.agents", { callback: (__, message) => void message.respond(text) });
    const { agents, unusable } = await discoverAgents(nc);
    expect(agents).toEqual([]);
    expect(unusable.map((one) => one.why)).toEqual([expect.stringMatching(why)]);
  });

  it("cannot be asked where no server is, or nobody is let in", async () => {
    await using server = await startNats({
      jetstream: false,
      more: "authorization { user: eva, password: secret-word }",
    });
    for (const place of ["nats://127.0.0.1:1", `nats://eva:wrong-word@127.0.0.1:${server.port}`]) {
      const error = await discoverAgents(place).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "REMOTE_UNAVAILABLE" });
      expect(JSON.stringify(error) + String(error)).not.toContain("wrong-word");
    }
    await using entered = await enter(`nats://eva:secret-word@127.0.0.1:${server.port}/`);
    expect(entered.url).toBe(`nats://127.0.0.1:${server.port}`);
  });
});

it.each([
  "",
  "localhost",
  "http://a:1",
  "nats://eva:secret@a/log",
  "nats://eva:secret@a?x=1",
  "nats://%zz:secret@a",
])("%j is no URL of a server, and what it says is not repeated", (text) => {
  expect(() => serverAt(text)).toThrow(
    expect.objectContaining({
      code: "REMOTE_FAILED",
      message: expect.not.stringContaining("secret") as string,
    }),
  );
});

it.each([
  ["1B", 1],
  ["512KB", 524_288],
  ["1mb", 1_048_576],
  ["0MB", undefined],
  ["1", undefined],
  ["-1KB", undefined],
  [undefined, undefined],
])("%s is %s bytes", (size, bytes) => expect(bytesIn(size)).toBe(bytes));

function described(endpoints: readonly object[]): object {
  const metadata = { agent: "a", owner: "eva", protocol_version: "0.3.1" };
  return { name: "agents", id: "1", metadata, endpoints };
}
