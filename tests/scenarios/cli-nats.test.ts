/** `troupe nats`: the keys of roles, a server that runs with them, logs on it, and how they stand. */
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { z } from "zod";
import { HANDED_OUT } from "../../src/cli/nats/keys.ts";
import { cliBench, type CliBench, type Said } from "../support/cli.ts";
import { record } from "../support/log-fixture.ts";
import { startNats } from "../support/nats-server.ts";

const ROLES = ["admin", "host", "client", "observer", "tools"];
const bare = { bare: true };
const file = (bench: CliBench, role: string) => join(bench.folder, ".troupe", "keys", `${role}.nk`);
const seeds = (bench: CliBench) => ROLES.map((role) => readFileSync(file(bench, role), "utf8").trim());

describe("troupe nats keys", () => {
  it("makes a key for each role, which only its owner may read, and prints none", async () => {
    using bench = cliBench();
    const { code, out, err } = await bench.troupe(["nats", "keys"], bare);
    expect([code, err]).toEqual([0, ""]);
    const conf = readFileSync(join(bench.folder, "nats.conf"), "utf8");
    for (const seed of seeds(bench)) {
      expect(seed).toMatch(/^SU[A-Z2-7]{56}$/);
      expect(out + conf).not.toContain(seed);
    }
    for (const role of ROLES) expect(statSync(file(bench, role)).mode & 0o777).toBe(0o600);
    expect(conf.match(/nkey: U[A-Z2-7]{55}\b/g)).toHaveLength(5);
  });

  it("said again changes nothing; makes what lacks; makes all anew only by force", async () => {
    using bench = cliBench();
    await bench.troupe(["nats", "keys"], bare);
    const [conf, before] = [readFileSync(join(bench.folder, "nats.conf"), "utf8"), seeds(bench)];
    const again = await bench.json(["nats", "keys"], bare);
    expect(again.value).toMatchObject({ changed: false, keys: ROLES.map(() => ({ made: false })) });
    expect(seeds(bench)).toEqual(before);
    expect(readFileSync(join(bench.folder, "nats.conf"), "utf8")).toBe(conf);
    await bench.troupe(["nats", "keys", "--force"], bare);
    for (const [i, seed] of seeds(bench).entries()) expect(seed).not.toBe(before[i]);
    for (const role of ROLES) expect(statSync(file(bench, role)).mode & 0o777).toBe(0o600);
  });

  it("leaves the rest of the file, and another account, as they are", async () => {
    using bench = cliBench();
    await bench.troupe(["nats", "keys"], bare);
    const conf = join(bench.folder, "nats.conf");
    const own = readFileSync(conf, "utf8").replace(
      "max_connections: 10000",
      "max_connections: 7 # mine",
    );
    writeFileSync(conf, own);
    const { code } = await bench.troupe(["nats", "keys", "--account", "ACME", "--only", "a"], bare);
    expect(code).toBe(0);
    const after = readFileSync(conf, "utf8");
    const [, acme = ""] = /( {2}# >>> ACME\n[^]*?# <<< ACME\n)/.exec(after) ?? [];
    expect(acme).toContain('"troupe.a.cmd.>"');
    expect(after.replace(acme, "")).toBe(own);
  });

  it.each([
    [["--account", "acme"], "USAGE"],
    [["--only", "a.b"], "USAGE"],
    [["--only", "a", "--partitions", "0"], "USAGE"],
  ])("refuses %j", async (words, code) => {
    using bench = cliBench();
    const said = await bench.troupe(["nats", "keys", ...words], bare);
    expect(said.code).toBe(2);
    expect(said.err).toContain(code);
  });

  it("says which logs of its server nobody reaches once there are accounts", async () => {
    using bench = cliBench();
    await using server = await startNats({ syncAlways: true });
    await using _log = await jetstreamLog({ url: server.logUrl("team") });
    const stats: unknown = await (await fetch(`${server.monitor}/varz`)).json();
    const Varz = z.object({ jetstream: z.object({ config: z.object({ store_dir: z.string() }) }) });
    const store = dirname(Varz.parse(stats).jetstream.config.store_dir);
    const conf = readFileSync(HANDED_OUT, "utf8");
    bench.write("nats.conf", conf.replace("./.troupe/nats", store));
    const { code, err } = await bench.troupe(["nats", "keys"], bare);
    expect(code).toBe(0);
    expect(err).toMatch(/^team: made before there were accounts.*\n.*troupe backup.*troupe restore/);
    const again = await bench.json(["nats", "keys"], bare);
    expect(again.value).toMatchObject({ outside: ["team"] });
  });

  it("writes nothing into a file that has no place for roles", async () => {
    using bench = cliBench();
    const conf = bench.write("nats.conf", "listen: 127.0.0.1:4222\n");
    const { code, err } = await bench.troupe(["nats", "keys"], bare);
    expect(code).toBe(2);
    expect(err).toContain("has no place for accounts");
    expect(readFileSync(conf, "utf8")).toBe("listen: 127.0.0.1:4222\n");
  });
});

describe("a server that troupe nats runs", () => {
  let bench: CliBench;
  let ended: Promise<Said>;
  const stop = new AbortController();
  const lines: string[] = [];
  const port = randomInt(10_000, 32_000);
  const url = (role: string, name = "team") =>
    `nats://127.0.0.1:${port}/${name}?monitor=http://127.0.0.1:${port + 1}&nkey=${file(bench, role)}`;

  beforeAll(async () => {
    bench = cliBench();
    await bench.troupe(["nats", "keys"], bare);
    const conf = join(bench.folder, "nats.conf");
    const text = readFileSync(conf, "utf8")
      .replace("listen: 127.0.0.1:4222", `listen: 127.0.0.1:${port}`)
      .replace("http: 127.0.0.1:8222", `http: 127.0.0.1:${port + 1}`);
    writeFileSync(conf, text);
    const ready = Promise.withResolvers<void>();
    const read = (line: string): void => {
      lines.push(line);
      if (line.includes("store")) ready.resolve();
    };
    const env = { NATS_SERVER: process.env["NATS_SERVER"] ?? "" };
    ended = bench.troupe(["nats"], { ...bare, env, read, stop: stop.signal });
    await Promise.race([ready.promise, ended]);
    await bench.troupe(["nats", "create", "--log", url("admin"), "--partitions", "2"]);
  });
  afterAll(async () => {
    stop.abort();
    await ended;
    bench[Symbol.dispose]();
  });

  it("says where it is", () => {
    expect(lines.join("\n")).toContain(
      `nats://127.0.0.1:${port}/NAME?monitor=http://127.0.0.1:${port + 1}`,
    );
    expect(lines.join("\n")).toContain("Ctrl-C ends it");
  });

  it("lets the admin make a log, again and again, but not with other partitions, and nobody else", async () => {
    const again = await bench.json(["nats", "create", "--log", url("admin")]);
    expect(again).toMatchObject({ code: 0, value: { partitions: 2 } });
    const other = await bench.troupe(["nats", "create", "--log", url("admin"), "--partitions", "3"]);
    expect(other.err).toContain("LOG_INCOMPATIBLE");
    const host = await bench.troupe(["nats", "create", "--log", url("host", "other")]);
    expect(host.err).toMatch(
      /LOG_FORBIDDEN: .*"\$JS\.API\.STREAM\.CREATE\.TROUPE_other_0"\n.*\(admin\)/,
    );
    const none = await bench.troupe(["nats", "create", "--log", `sqlite:${bench.folder}/x.db`]);
    expect(none).toMatchObject({ code: 2 });
  });

  it("S3-055: doctor tells how server, disk, copies and projections stand, as an observer", async () => {
    const log = await jetstreamLog({ url: url("host") });
    await log.append("task/r1", [record("a")], { expected: 0 });
    await log[Symbol.asyncDispose]();
    const { code, value } = await bench.json(["doctor", "--log", url("observer")]);
    expect(code).toBe(1); // the record of the test is no actor's
    const of = (name: string) => expect.objectContaining({ name, ok: true, found: expect.any(String) });
    const names = ["log", "server", "sync", "replicas", "disk", "projections", "records"];
    expect(value).toMatchObject({ checks: expect.arrayContaining(names.map(of)) });
    const nats = { version: expect.stringMatching(/^2\./), monitors: [{ syncAlways: true }] };
    expect(value).toMatchObject({
      checks: expect.arrayContaining([
        expect.objectContaining({
          nats: expect.objectContaining({
            ...nats,
            monitors: [expect.objectContaining({ syncAlways: true, storeMax: expect.any(Number) })],
            streams: expect.arrayContaining([
              expect.objectContaining({ name: "TROUPE_team_0", replicas: 1, behind: [] }),
            ]),
          }),
        }),
      ]),
    });
  });

  it("refuses a key that it does not know, none, and the file of one that cannot be used", async () => {
    using stranger = cliBench();
    await stranger.troupe(["nats", "keys"], bare);
    const ls = async (key: string) =>
      (await bench.troupe(["ls", "--log", `nats://127.0.0.1:${port}/team${key}`])).err;
    const seed = readFileSync(file(stranger, "host"), "utf8").trim();
    const wrong = await ls(`?nkey=${file(stranger, "host")}`);
    expect(wrong).toMatch(/^LOG_FORBIDDEN: .* does not let this user in\n/);
    expect(await ls("")).toMatch(/^LOG_FORBIDDEN: .* does not let this user in\n/);
    expect(await ls("?nkey=none.nk")).toMatch(/^FILE_NOT_READ: .*"none\.nk".*ENOENT/);
    chmodSync(file(stranger, "host"), 0o644);
    const open = await ls(`?nkey=${file(stranger, "host")}`);
    expect(open).toMatch(/^KEY_INVALID: .*everybody.*\n.*chmod 600/);
    const half = stranger.write("half.nk", seed.slice(0, 40));
    chmodSync(half, 0o600);
    const broken = await ls(`?nkey=${half}`);
    expect(broken).toMatch(/^KEY_INVALID: .*holds no seed/);
    for (const said of [wrong, open, broken]) expect(said).not.toContain(seed.slice(0, 40));
  });

  it.each([
    ["ada:pw@", "&nkey=x", "says twice who enters: nkey and a user"],
    ["", "&nkey=x&creds=y", "says twice who enters: nkey and creds"],
    ["", "&ca=x", "goes with tls:// only"],
    ["", "&nkey=", "names no file"],
  ])("refuses nats://%s…%s", async (user, more, why) => {
    const { code, err } = await bench.troupe([
      "ls",
      "--log",
      `nats://${user}127.0.0.1:${port}/team?monitor=http://x${more}`,
    ]);
    expect([code, err]).toEqual([2, expect.stringContaining(why)]);
    expect(err).not.toContain("pw");
  });

  it("does not run a second time beside it, and says why", async () => {
    const env = { NATS_SERVER: process.env["NATS_SERVER"] ?? "" };
    const { code, err } = await bench.troupe(["nats"], { ...bare, env });
    expect(code).toBe(1);
    expect(err).toMatch(/COMMAND_FAILED: nats-server did not stay: .*address already in use/);
  });

  it("ends it, and well, when it is told to stop", async () => {
    stop.abort();
    expect(await ended).toMatchObject({ code: 0 });
    expect((await bench.troupe(["ls", "--log", url("host")])).err).toContain("LOG_UNREACHABLE");
  });
});
