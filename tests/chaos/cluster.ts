/**
 * Servers of a test of its own: one, or three as a cluster whose streams have three copies.
 *
 * - 1. Their stores are synced on each write; a server that was killed comes back on its store
 *      and its ports.
 * - 2. They tell no client of each other: whoever connects stays behind the gate it came by.
 * - 3. A slow disk is a delay that strace puts into each fsync; where strace cannot do that, the
 *      whole server stands still for as long, again and again (SIGSTOP), which is coarser.
 */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { startNats, type TestNats } from "../support/nats-server.ts";

export interface Cluster extends AsyncDisposable {
  /** Ports of the clients' listeners. */
  readonly ports: readonly number[];
  /** The URL of a log, by way of a port: of a server or of a gate. */
  logUrl(name: string, port: number): string;
  kill(server: number): Promise<void>;
  restart(server: number): Promise<void>;
  slow(server: number, by: { readonly pulseMs: number; readonly forMs: number }): Promise<void>;
}

/** How long servers may take to find each other, ms. */
const GATHER_MS = 30_000;

/** @param count 1, or more, which then are one cluster. */
export async function startCluster(count: number): Promise<Cluster> {
  await using cleanup = new AsyncDisposableStack();
  const servers = (await started(count)).map((server) => cleanup.use(server));
  const monitors = servers.map(({ monitor }) => `monitor=${monitor}`).join("&");
  if (count > 1) await gathered(servers);
  const at = (index: number): TestNats => {
    const server = servers[index];
    if (server === undefined) throw new RangeError(`there is no server ${index}`);
    return server;
  };
  const kept = cleanup.move();
  return {
    ports: servers.map(({ port }) => port),
    logUrl: (name, port) => `nats://127.0.0.1:${port}/${name}?${monitors}&replicas=${count}`,
    kill: (server) => at(server).kill(),
    restart: (server) => at(server).restart(),
    slow: (server, by) => slowDown(at(server).pid, by),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function started(count: number): Promise<TestNats[]> {
  if (count === 1) return [await startNats()];
  const first = randomInt(10_000, 32_000);
  const routes = Array.from({ length: count }, (_, n) => `"nats-route://127.0.0.1:${first + n}"`);
  return Promise.all(
    routes.map((_, n) =>
      startNats({
        more: [
          `server_name: s${n}`,
          `cluster { name: chaos, listen: "127.0.0.1:${first + n}", no_advertise: true, routes: [${routes.join(", ")}] }`,
        ].join("\n"),
      }),
    ),
  );
}

const Jsz = z.looseObject({
  meta_cluster: z
    .looseObject({ leader: z.string().optional(), cluster_size: z.int().optional() })
    .optional(),
});

/** Resolves once they have a leader that all have joined. */
async function gathered(servers: readonly TestNats[]): Promise<void> {
  const until = performance.now() + GATHER_MS;
  while (performance.now() < until) {
    const seen = await Promise.all(servers.map(({ monitor }) => metaOf(monitor)));
    if (seen.every((meta) => meta?.leader !== undefined && meta.cluster_size === servers.length))
      return;
    await sleep(50);
  }
  throw new Error(`the servers found no leader within ${GATHER_MS} ms`);
}

async function metaOf(monitor: string): Promise<z.infer<typeof Jsz>["meta_cluster"]> {
  const response = await fetch(`${monitor}/jsz`);
  return Jsz.parse(await response.json()).meta_cluster;
}

/** Never rejects: a server that is gone is slow enough. */
async function slowDown(
  pid: number,
  { pulseMs, forMs }: { readonly pulseMs: number; readonly forMs: number },
): Promise<void> {
  if (await slowSyncs(pid, { pulseMs, forMs })) return;
  for (const until = performance.now() + forMs; performance.now() < until;) {
    signal(pid, "SIGSTOP");
    await sleep(pulseMs);
    signal(pid, "SIGCONT");
    await sleep(pulseMs);
  }
}

/** Puts the delay into each fsync; false where strace is missing, or may not. */
async function slowSyncs(
  pid: number,
  { pulseMs, forMs }: { readonly pulseMs: number; readonly forMs: number },
): Promise<boolean> {
  const inject = `inject=fsync,fdatasync:delay_exit=${pulseMs * 1000}`;
  const strace = spawn(
    "strace",
    ["-qq", "-f", "-p", String(pid), "-e", "trace=fsync,fdatasync", "-e", inject, "-o", "/dev/null"],
    { stdio: "ignore" },
  );
  const ended = once(strace, "exit").then(
    ([code]) => code === 0 || code === null,
    () => false,
  );
  const fine = await Promise.race([ended, sleep(forMs, true)]);
  strace.kill("SIGTERM"); // it lets go of the server first
  await ended;
  return fine;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it was killed meanwhile
  }
}
