/** Logs side by side on one server: what is one's is nobody else's. */
import { jetstreamManager } from "@nats-io/jetstream";
import { fc, test } from "@fast-check/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountsText } from "../../src/cli/nats/roles.ts";
import { bucketOf } from "../../src/events/log/jetstream/bucket.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { partitionStream, stateStream } from "../../src/events/log/jetstream/link.ts";
import { matches } from "../../src/events/log/jetstream/permissions.ts";
import { partitionFilter, publicFilter, recordSubject } from "../../src/events/subjects.ts";
import { idsOf, record } from "../support/log-fixture.ts";
import { rolesServer, type RolesServer } from "../support/nats-roles.ts";

let roles: RolesServer;
beforeAll(async () => {
  roles = await rolesServer([
    { account: "TROUPE" },
    { account: "ACME" },
    { account: "NARROW", only: { name: "a", partitions: 2 } },
  ]);
  for (const [name, account] of [
    ["a", "TROUPE"],
    ["a_0", "TROUPE"],
    ["a", "ACME"],
    ["a", "NARROW"],
    ["b", "NARROW"],
  ] as const) {
    const log = await jetstreamLog({ url: roles.url("admin", name, "&partitions=2", account) });
    await log.append("task/r1", [record(`${account} ${name}`)], { expected: 0 });
    await log[Symbol.asyncDispose]();
  }
});
afterAll(() => roles[Symbol.asyncDispose]());

const open = (name: string, account: string, role: "host" | "observer" | "client" = "host") =>
  jetstreamLog({ url: roles.url(role, name, "", account), create: false, readOnly: role !== "host" });

describe("two logs", () => {
  it("in one account, with a run of the same id: each has its own records, owner and answers", async () => {
    await using one = await open("a", "TROUPE");
    await using other = await open("a_0", "TROUPE");
    expect(await idsOf(one, "task/r1")).toEqual(["TROUPE a"]);
    expect(await idsOf(other, "task/r1")).toEqual(["TROUPE a_0"]);
    await using _one = await one.claim({ owner: "one" });
    await using _other = await other.claim({ owner: "other" });
    await using _served = await one.commands.serve(async () => "one");
    await using _too = await other.commands.serve(async () => "other");
    const command = { id: "1", address: "task/r1", op: "send", data: null };
    expect(await one.commands.request(command)).toBe("one");
    expect(await other.commands.request(command)).toBe("other");
    const seen = await Array.fromAsync(one.scan());
    expect(seen.map(({ id }) => id)).toEqual(["TROUPE a"]);
    await one.snapshots.put("task/r1", { seq: 1, key: "k", data: "one" });
    expect(await other.snapshots.get("task/r1")).toBeUndefined();
  });

  it("of one name in two accounts: neither is seen from the other, nor its owner", async () => {
    await using ours = await open("a", "TROUPE");
    await using theirs = await open("a", "ACME");
    expect(await idsOf(ours, "task/r1")).toEqual(["TROUPE a"]);
    expect(await idsOf(theirs, "task/r1")).toEqual(["ACME a"]);
    await using _ours = await ours.claim({ owner: "ours" });
    await using _theirs = await theirs.claim({ owner: "theirs" });
    await using observer = await open("a", "ACME", "observer");
    expect(await idsOf(observer, "task/r1")).toEqual(["ACME a"]);
    await using raw = await roles.raw("admin", "ACME");
    const found = await Array.fromAsync(
      await jetstreamManager(raw.nc).then((jsm) => jsm.streams.names()),
    );
    expect(found.toSorted()).toEqual([
      "OBJ_TROUPE_a_PAYLOADS",
      "TROUPE_a_0",
      "TROUPE_a_1",
      "TROUPE_a_STATE",
    ]);
  });
});

describe("roles for one log", () => {
  it.each(["host", "client", "observer"] as const)(
    "read it, and no other of the account: %s",
    async (role) => {
      await using log = await open("a", "NARROW", role);
      expect(await idsOf(log, "task/r1")).toEqual(["NARROW a"]);
      expect(await Array.fromAsync(log.scan())).toHaveLength(1);
      await expect(open("b", "NARROW", role)).rejects.toMatchObject({ code: "LOG_FORBIDDEN" });
    },
  );
});

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const partition = fc.integer({ min: 0, max: 1_023 });
/** Names that look as if they went on where another ends. */
const near = fc
  .tuple(name, fc.constantFrom("", "_0", "_1", "_STATE", "_PAYLOADS", "-0", "_0_1"))
  .map(([stem, end]) => `${stem}${end}`);

describe("names of logs", () => {
  test.prop({ a: near, b: near, p: partition, q: partition })(
    "for every two of them, no stream, bucket or subject of one is one of the other",
    ({ a, b, p, q }) => {
      fc.pre(a !== b);
      const all = (log: string, at: number) => [
        partitionStream(log, at),
        stateStream(log),
        `OBJ_${bucketOf(log)}`,
      ];
      expect(all(a, p).filter((stream) => all(b, q).includes(stream))).toEqual([]);
      const subject = recordSubject({ name: a, partitions: 1 }, "task/r1", "x");
      for (const filter of [partitionFilter(b, 0), publicFilter(b, 0), `troupe.${b}.>`])
        expect(matches(filter, subject)).toBe(false);
    },
  );

  test.prop({ a: near, b: near })(
    "for every two of them, roles for one name no subject and no stream of the other",
    ({ a, b }) => {
      fc.pre(a !== b);
      const keys = { admin: "A", host: "H", client: "C", observer: "O", tools: "T" };
      const text = accountsText({ account: "X", only: { name: a, partitions: 3 }, keys });
      const granted = [...text.matchAll(/"([^"]+)"/g)].map(([, subject = ""]) => subject);
      const theirs = [partitionStream(b, 0), stateStream(b), `OBJ_${bucketOf(b)}`];
      const asked = theirs.flatMap((stream) =>
        ["STREAM.INFO", "STREAM.MSG.GET", "DIRECT.GET"].map((what) => `$JS.API.${what}.${stream}`),
      );
      const said = [
        `troupe.${b}.cmd.0.task.r1`,
        `troupe.${b}.pub.0.task.r1.x`,
        `$O.${bucketOf(b)}.C.1`,
      ];
      for (const subject of [...asked, ...said])
        expect(granted.filter((pattern) => pattern !== ">" && matches(pattern, subject))).toEqual([]);
    },
  );
});
