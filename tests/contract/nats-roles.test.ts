/** What each role of nats.conf may do and may not, against a server with that very file. */
import { AckPolicy, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { setup } from "xstate";
import { connect, createHost, defineKind } from "../../src/index.ts";
import { ROLES, type Role } from "../../src/cli/nats/roles.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { record } from "../support/log-fixture.ts";
import { freshName } from "../support/nats-log.ts";
import { rolesServer, type Raw, type RolesServer } from "../support/nats-roles.ts";

let roles: RolesServer;
const log = "team";
/** A log without an owner. */
const FREE = "free";
const STREAM = `TROUPE_${log}_0`;
const SUBJECT = `troupe.${log}.ev.0.task.r1.thing.happened`;
const owner: { handle?: EventLog } = {};

beforeAll(async () => {
  roles = await rolesServer();
  const admin = await jetstreamLog({ url: roles.url("admin", log, "&partitions=1") });
  await admin.append("task/r1", [record("a")], { expected: 0 });
  await admin[Symbol.asyncDispose]();
  const free = await jetstreamLog({ url: roles.url("admin", FREE, "&partitions=1") });
  await free[Symbol.asyncDispose]();
  await using raw = await roles.raw("admin");
  const jsm = await jetstreamManager(raw.nc);
  await jsm.consumers.add(STREAM, { durable_name: "theirs", ack_policy: AckPolicy.Explicit });
  owner.handle = await jetstreamLog({ url: roles.url("host", log), payloadLimit: 250 });
  await owner.handle.claim({ owner: "the host" });
  await owner.handle.commands.serve(async ({ data }) => data);
});
afterAll(async () => {
  await owner.handle?.[Symbol.asyncDispose]();
  await roles[Symbol.asyncDispose]();
});

/** What a role does with the log, by way of Troupe; resolves where it may. */
type Deed = (
  open: (how?: { readonly readOnly?: boolean; readonly name?: string }) => Promise<EventLog>,
) => Promise<unknown>;

const big = { text: "x".repeat(300) };
const deeds: Readonly<Record<string, Deed>> = {
  async appends(open) {
    const handle = await open();
    await handle.append(`task/${freshName()}`, [record("b")], { expected: 0 });
  },
  async "stores a payload"(open) {
    const handle = await open();
    await handle.append(`task/${freshName()}`, [record("b", big)], { expected: 0 });
    await handle.append(`task/${freshName()}`, [record("b", big)], { expected: 0 });
  },
  claims: async (open) => (await open({ name: FREE })).claim({ owner: "me" }),
  async asks(open) {
    const command = { id: "1", address: "task/r1", op: "send", data: { n: 1 } };
    expect(await (await open()).commands.request(command)).toEqual({ n: 1 });
  },
  async reads(open) {
    const handle = await open({ readOnly: true });
    expect(await handle.tip("task/r1")).toBe(1);
    expect(await Array.fromAsync(handle.read("task/r1"))).toHaveLength(1);
    const seen = await Array.fromAsync(handle.scan());
    expect(seen.map(({ stream }) => stream)).toContain("task/r1");
    await handle.snapshots.get("task/r1");
  },
  async "reads live"(open) {
    const handle = await open({ readOnly: true });
    const after = await handle.end();
    const next = handle.scan({ after, live: true })[Symbol.asyncIterator]().next();
    const stream = `task/${freshName()}`;
    await owner.handle?.append(stream, [record("c")], { expected: 0 });
    expect((await next).value).toMatchObject({ stream });
  },
  async sweeps(open) {
    const handle = await open();
    // its place is taken or not there yet, and its payload is stored before that is seen
    const orphan = record("left", { text: freshName().padEnd(300) });
    await owner.handle?.append("left/l", [orphan], { expected: 99 }).catch(() => {});
    expect(await handle.sweepPayloads({ graceMs: 0 })).toMatchObject({ removed: 1 });
  },
};

/** Who may; the others are refused. */
const MAY: readonly (readonly [deed: string, roles: readonly Role[]])[] = [
  ["appends", ["admin", "host"]],
  ["stores a payload", ["admin", "host"]],
  ["claims", ["admin", "host"]],
  ["sweeps", ["admin"]],
  ["asks", ["admin", "host", "client"]],
  ["reads", ["admin", "host", "client", "observer"]],
  ["reads live", ["admin", "host", "client", "observer"]],
];

describe.each(MAY)("%s", (deed, allowed) => {
  it.each(ROLES)("as %s", async (role) => {
    await using stack = new AsyncDisposableStack();
    const open: Parameters<Deed>[0] = async ({ readOnly = false, name = log } = {}) => {
      const url = roles.url(role, name);
      const options = { url, readOnly, payloadLimit: 250, create: false };
      return stack.use(await jetstreamLog(options));
    };
    const done = deeds[deed]?.(open) ?? Promise.reject(new Error(deed));
    if (allowed.includes(role)) return void (await done);
    const began = performance.now();
    const error = await done.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "LOG_FORBIDDEN", hint: expect.stringMatching(/\.$/) });
    expect(performance.now() - began).toBeLessThan(2_000); // not after a wait for an answer
  });
});

describe("a log", () => {
  const make = async (role: Role): Promise<void> => {
    const made = await jetstreamLog({ url: roles.url(role, freshName(), "&partitions=1") });
    await made[Symbol.asyncDispose]();
  };

  it("is made by the admin", async () => {
    await expect(make("admin")).resolves.toBeUndefined();
  });

  it.each(ROLES.filter((role) => role !== "admin"))("is not made as %s", async (role) => {
    await expect(make(role)).rejects.toMatchObject({ code: "LOG_FORBIDDEN" });
  });
});

/** What somebody tries without Troupe; answers whether the server let him. */
type Try = (raw: Raw) => Promise<boolean>;

/** Whether a message goes out: the server says so beside the connection if not. */
async function publishes(nc: NatsConnection, subject: string, reply?: string): Promise<boolean> {
  let refused = false;
  const statuses = nc.status();
  void (async () => {
    for await (const status of statuses) if (status.type === "error") refused = true;
  })();
  nc.publish(subject, "{}", reply === undefined ? {} : { reply });
  await nc.flush();
  await new Promise(setImmediate); // what the server said has been handed on
  return !refused;
}

async function hears(nc: NatsConnection, subject: string): Promise<boolean> {
  const subscription = nc.subscribe(subject, { callback: () => {} });
  await nc.flush();
  return !subscription.isClosed();
}

const tries: readonly (readonly [what: string, attempt: Try, roles: readonly Role[]])[] = [
  ["write", ({ nc }) => publishes(nc, SUBJECT), ["admin", "host"]],
  ["say what was stored", ({ nc }) => publishes(nc, SUBJECT.replace(".ev.", ".pub.")), ["admin"]],
  ["take the lease", ({ nc }) => publishes(nc, `troupe.${log}.own.lease.9`), ["admin", "host"]],
  ["tell a worker", ({ nc }) => publishes(nc, `troupe.${log}.worker.1`), ["admin", "host"]],
  [
    "deliver between actors",
    ({ nc }) => publishes(nc, `troupe.${log}.msg.0.task.r1`),
    ["admin", "host"],
  ],
  ["delete the log", ({ nc }) => publishes(nc, `$JS.API.STREAM.DELETE.none`), ["admin"]],
  ["purge the log", ({ nc }) => publishes(nc, `$JS.API.STREAM.PURGE.none`), ["admin"]],
  ["change the log", ({ nc }) => publishes(nc, `$JS.API.STREAM.UPDATE.none`), ["admin"]],
  ["delete a record", ({ nc }) => publishes(nc, `$JS.API.STREAM.MSG.DELETE.none`), ["admin"]],
  [
    "drain a consumer",
    ({ nc }) => publishes(nc, `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.none`),
    ["admin", "host"],
  ],
  [
    "delete a consumer",
    ({ nc }) => publishes(nc, `$JS.API.CONSUMER.DELETE.${STREAM}.none`),
    ["admin", "host"],
  ],
  [
    "make a consumer",
    ({ nc }) => publishes(nc, `$JS.API.CONSUMER.CREATE.${STREAM}.x`),
    ["admin", "host"],
  ],
  [
    "acknowledge for another",
    ({ nc }) => publishes(nc, `$JS.ACK.${STREAM}.theirs.1.1.1.1.1`),
    ["admin"],
  ],
  ["read all answers", ({ nc }) => hears(nc, "_INBOX.>"), ["admin"]],
  [
    "read the host's answers",
    ({ nc }) => hears(nc, `_INBOX.${roles.publicKey("host")}.>`),
    ["admin", "host"],
  ],
  ["hear commands", ({ nc }) => hears(nc, `troupe.${log}.cmd.>`), ["admin", "host"]],
  ["hear attempts", ({ nc }) => hears(nc, `troupe.${log}.ev.>`), ["admin"]],
  ["hear everything", ({ nc }) => hears(nc, ">"), ["admin"]],
  ["hear what is stored", ({ nc }) => hears(nc, `troupe.${log}.pub.>`), ROLES],
];

describe.each(tries)("%s without Troupe", (_, attempt, allowed) => {
  it.each(ROLES)("as %s", async (role) => {
    await using raw = await roles.raw(role);
    expect(await attempt(raw)).toBe(allowed.includes(role));
  });
});

describe("who may only read", () => {
  it.each(["client", "observer", "tools"] as const)(
    "has no answer written into the log, wherever the request says that it goes: %s",
    async (role) => {
      await using admin = await roles.raw("admin");
      const jsm = await jetstreamManager(admin.nc);
      const before = (await jsm.streams.info(STREAM)).state.last_seq;
      await using raw = await roles.raw(role);
      const asked = ["$JS.API.INFO", `$JS.API.STREAM.INFO.${STREAM}`, "$SYS.REQ.USER.INFO"];
      const gets = ["STREAM.MSG.GET", "DIRECT.GET"].map((get) => `$JS.API.${get}.${STREAM}`);
      for (const subject of [...asked, ...gets])
        await publishes(raw.nc, subject, "troupe.team.ev.0.task.r1.forged");
      // an answer to the same connection comes behind those
      await raw.nc.request("$JS.API.INFO", "", { timeout: 1_000 }).catch(() => {});
      expect((await jsm.streams.info(STREAM)).state.last_seq).toBe(before);
    },
  );

  it("tools hear what is stored, as it is stored", async () => {
    await using raw = await roles.raw("tools");
    const next = Promise.withResolvers<string>();
    raw.nc.subscribe(`troupe.${log}.pub.>`, { callback: (_, { subject }) => next.resolve(subject) });
    await raw.nc.flush();
    const stream = freshName();
    await owner.handle?.append(`task/${stream}`, [record("t")], { expected: 0 });
    expect(await next.promise).toBe(`troupe.${log}.pub.0.task.${stream}.thing.happened`);
  });
});

describe("a host and a client", () => {
  const Event = z.strictObject({ type: z.literal("PAY") });
  const machine = setup({ types: { events: {} as z.infer<typeof Event> } }).createMachine({
    initial: "open",
    states: { open: { on: { PAY: "paid" } }, paid: { type: "final" } },
  });
  const order = defineKind({ kind: "order", version: "1", machine, events: Event });

  it("work on a log that the admin made", async () => {
    const name = freshName();
    const made = await jetstreamLog({ url: roles.url("admin", name, "&partitions=2") });
    await made[Symbol.asyncDispose]();
    await using host = await createHost({ log: roles.url("host", name), kinds: [order] });
    await using client = await connect({ log: roles.url("client", name), kinds: [order] });
    const o1 = await client.start("order/o-1", { input: {} });
    await o1.send({ type: "PAY" });
    await o1.waitFor(({ status }) => status === "done");
    expect((await host.read("order/o-1")).value).toBe("paid");
    await using observer = await jetstreamLog({ url: roles.url("observer", name), readOnly: true });
    expect(await observer.tip("order/o-1")).toBe(2);
  });

  it("say that a host is missing, where the client may not be one", async () => {
    await using client = await connect({ log: roles.url("client", FREE), kinds: [order] });
    const asked = client.start("order/o-1", { input: {} });
    await expect(asked).rejects.toMatchObject({ code: "LOG_UNOWNED" });
  });
});
