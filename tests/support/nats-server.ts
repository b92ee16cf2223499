/**
 * A private nats-server: its own port, its own store, gone afterwards.
 *
 * - 1. Without a server the test fails; it is never skipped.
 * - 2. Its ports lie below those that the system gives to connections, so that while it is
 *      down nobody is handed them.
 * - 3. After `kill` (SIGKILL) `restart` starts it on the same ports and the same store.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { natsServer } from "../../scripts/nats-server.ts";

export interface NatsOptions {
  /** `sync_interval: always`. Default true. */
  readonly syncAlways?: boolean;
  /** Default true. */
  readonly jetstream?: boolean;
  /** More lines of configuration. */
  readonly more?: string;
  /** A whole configuration as the package hands it out; its ports and its folder are replaced. */
  readonly conf?: string;
}

/** Where a server is. */
export interface NatsPlace {
  /** Port of the clients' listener, on loopback. */
  readonly port: number;
  /** URL of the monitoring endpoint. */
  readonly monitor: string;
}

export interface TestNats extends NatsPlace, AsyncDisposable {
  /** URL of a log on this server, with the monitor. */
  logUrl(name: string, more?: string): string;
  /** Ends the server with SIGKILL: nothing is flushed, nobody is told. */
  kill(): Promise<void>;
  /** Starts it again on the same store, after `kill`. */
  restart(): Promise<void>;
  /** The process as it is now. */
  readonly pid: number;
}

interface Ports {
  readonly client: number;
  readonly monitor: number;
}

/** Starts a server; `await using` it, or dispose it in `afterAll`. */
export async function startNats(options: NatsOptions = {}): Promise<TestNats> {
  const binary = await natsServer();
  const folder = await mkdtemp(join(tmpdir(), "troupe-nats-"));
  let { child, ports } = await startSomewhere(binary, folder, options);
  /** Two that are asked for at once come one after the other: the ports are free for one only. */
  let restarted: Promise<void> = Promise.resolve();
  const killAtExit = () => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", killAtExit);
  const place: NatsPlace = { port: ports.client, monitor: `http://127.0.0.1:${ports.monitor}` };
  return {
    ...place,
    logUrl: (name, more = "") => urlOn(place, name, more),
    kill: () => end(child),
    get pid() {
      return child.pid ?? 0;
    },
    restart() {
      const again = restarted.then(async () => {
        await end(child);
        ({ child, ports } = await start(binary, folder, { options, ports }));
      });
      restarted = again.catch(() => {});
      return again;
    },
    async [Symbol.asyncDispose]() {
      process.off("exit", killAtExit);
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** URL of a log on a server, with the monitor. */
export function urlOn({ port, monitor }: NatsPlace, name: string, more: string): string {
  return `nats://127.0.0.1:${port}/${name}?monitor=${monitor}${more}`;
}

/** Ports that somebody listens on already are left to them. */
async function startSomewhere(
  binary: string,
  folder: string,
  options: NatsOptions,
): Promise<{ child: ChildProcess; ports: Ports }> {
  for (let left = 20; ; left--) {
    const client = randomInt(10_000, 32_000);
    try {
      return await start(binary, folder, { options, ports: { client, monitor: client + 1 } });
    } catch (error) {
      if (left === 0 || !String(error).includes("address already in use")) throw error;
    }
  }
}

async function start(
  binary: string,
  folder: string,
  { options, ports }: { readonly options: NatsOptions; readonly ports: Ports },
): Promise<{ child: ChildProcess; ports: Ports }> {
  const file = join(folder, "nats.conf");
  await writeFile(file, configuration(folder, options, ports));
  const child = spawn(binary, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (line.includes("Server is ready")) {
      child.stderr.resume();
      return { child, ports };
    }
  }
  throw new Error(`nats-server did not start:\n${lines.join("\n")}`);
}

function configuration(folder: string, options: NatsOptions, ports: Ports): string {
  const { syncAlways = true, jetstream = true, more = "", conf } = options;
  if (conf !== undefined)
    return conf
      .replace("listen: 127.0.0.1:4222", `listen: 127.0.0.1:${ports.client}`)
      .replace("http: 127.0.0.1:8222", `http: 127.0.0.1:${ports.monitor}`)
      .replace("./.troupe/nats", join(folder, "store"));
  const sync = syncAlways ? ", sync_interval: always" : "";
  return [
    `listen: "127.0.0.1:${ports.client}"`,
    `http: "127.0.0.1:${ports.monitor}"`,
    ...(jetstream ? [`jetstream { store_dir: "${join(folder, "store")}"${sync} }`] : []),
    more,
  ].join("\n");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
