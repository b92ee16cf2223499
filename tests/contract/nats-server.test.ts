/** Where a nats-server comes from, and the configuration that this project hands out. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addToCache,
  cached,
  compareVersions,
  isFit,
  run,
  versionOf,
} from "../../src/cli/nats/binary.ts";
import { parseSource } from "../../src/cli/nats/debian-package.ts";
import { assertSum } from "../../src/cli/nats/nats-release.ts";
import { NATS, natsServer } from "../../src/cli/nats/find-server.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-cache-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that says it is a server of this version. */
async function fake(home: string, version: string): Promise<string> {
  const file = join(home, NATS.file);
  await writeFile(file, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  await chmod(file, 0o755);
  return file;
}

describe("nats.conf", () => {
  it("is accepted by the server, listens on this machine only, and syncs always", async () => {
    const file = join(import.meta.dirname, "..", "..", "nats.conf");
    await run(await natsServer(), ["-t", "-c", file]);
    const text = await readFile(file, "utf8");
    expect(text).toMatch(/^listen: 127\.0\.0\.1:/m);
    expect(text).toMatch(/^http: 127\.0\.0\.1:/m);
    expect(text).toMatch(/^ {2}sync_interval: always$/m);
  });
});

describe("the server that is found", () => {
  it("is new enough", async () => {
    expect(isFit(NATS, await versionOf(await natsServer()))).toBe(true);
  });

  it("is the one that NATS_SERVER names, or none", async () => {
    const [old, fit] = await Promise.all([mkdtemp(`${folder}/o-`), mkdtemp(`${folder}/f-`)]);
    const env = { NATS_SERVER: await fake(fit, "2.14.0") };
    expect(await natsServer({ env })).toBe(env.NATS_SERVER);
    const tooOld = natsServer({ env: { NATS_SERVER: await fake(old, "2.13.9") } });
    await expect(tooOld).rejects.toThrow("which is 2.13.9; need 2.14.0");
    const none = natsServer({ env: { NATS_SERVER: join(folder, "none") } });
    await expect(none).rejects.toThrow("does not run");
  });

  it("is one on the PATH if that is new enough, else the newest in the cache", async () => {
    const [bin, cache] = [await mkdtemp(`${folder}/b-`), await mkdtemp(`${folder}/c-`)];
    for (const version of ["2.9.99", "2.14.2", "2.15.0"])
      await addToCache(NATS, cache, async (into) => {
        await fake(into, version);
        return into;
      }).catch(() => {});
    expect((await readdir(cache)).toSorted(compareVersions)).toEqual(
      ["2.14.2", "2.15.0"].map((v) => `${v}-${process.platform}-${process.arch}`),
    );
    const onPath = await fake(bin, "2.14.1");
    expect(await natsServer({ env: { PATH: `/nowhere:${bin}:${process.env["PATH"]}` }, cache })).toBe(
      onPath,
    );
    await fake(bin, "2.10.0");
    const env = { PATH: `${bin}:${process.env["PATH"]}` };
    expect(await natsServer({ env, cache })).toBe(await cached(NATS, cache));
    expect(await cached(NATS, cache)).toContain("2.15.0");
  });

  it("enters the cache whole, whoever comes first, and leaves nothing behind", async () => {
    const cache = await mkdtemp(`${folder}/r-`);
    const add = (version: string) =>
      addToCache(NATS, cache, async (into) => {
        await fake(into, version);
        return into;
      });
    const both = await Promise.all([add("2.15.1"), add("2.15.1"), add("2.15.1")]);
    expect(new Set(both).size).toBe(1);
    await expect(add("2.13.0")).rejects.toThrow("got version 2.13.0");
    await expect(addToCache(NATS, cache, () => Promise.reject(new Error("offline")))).rejects.toThrow(
      "offline",
    );
    expect(await readdir(cache)).toHaveLength(1);
  });
});

describe("what is downloaded", () => {
  it("must have the pinned checksum", () => {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(() => assertSum(new Uint8Array(), empty, "x")).not.toThrow();
    expect(() => assertSum(new Uint8Array(1), empty, "x")).toThrow("not used");
  });

  it.each([
    [
      "Types: deb\nURIs: http://m.example/debian\nSigned-By: /k.gpg",
      { uri: "http://m.example/debian", keyring: "/k.gpg" },
    ],
    [
      "# c\nTypes: deb-src\nURIs: http://a/debian\n\nTypes: deb\nURIs: http://b/debian/",
      { uri: "http://b/debian/" },
    ],
    [
      "deb [arch=amd64 signed-by=/k.gpg] http://m/debian sid main",
      { uri: "http://m/debian", keyring: "/k.gpg" },
    ],
    [
      "deb http://m/debian-security stable main\ndeb http://m/debian stable main",
      { uri: "http://m/debian" },
    ],
    ["# deb http://m/debian stable main\ndeb http://m/ubuntu noble main", undefined],
  ])("comes from Debian only: %j", (text, source) => {
    expect(parseSource(text)).toEqual(source);
  });
});
