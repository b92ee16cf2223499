/** Does to servers, hosts and connections what a plan says. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import type { Gate } from "./gate.ts";
import type { HostProcess } from "./hosts.ts";
import type { Fault } from "./plan.ts";

/** Whom it may befall. */
export interface Victims {
  readonly cluster: Cluster;
  readonly running: readonly HostProcess[];
  readonly gates: readonly Gate[];
}

/** Resolves once it is over, and all is well again with its target. */
export async function befall(fault: Fault, { cluster, running, gates }: Victims): Promise<void> {
  if ("server" in fault) return befallServer(fault, cluster);
  if ("host" in fault) return befallHost(fault, of(running, fault.host));
  return befallLink(fault, of(gates, fault.link));
}

async function befallServer(
  fault: Extract<Fault, { server: number }>,
  cluster: Cluster,
): Promise<void> {
  const { server, forMs } = fault;
  if (fault.fault === "slow server") return cluster.slow(server, fault);
  await cluster.kill(server);
  await sleep(forMs);
  return cluster.restart(server);
}

async function befallHost(
  { fault, forMs }: Extract<Fault, { host: number }>,
  host: HostProcess,
): Promise<void> {
  if (fault === "stop host") {
    host.signal("SIGSTOP");
    await sleep(forMs);
    return host.signal("SIGCONT");
  }
  await (fault === "kill host" ? host.kill() : host.close());
  await sleep(forMs);
  return host.start();
}

async function befallLink(fault: Extract<Fault, { link: number }>, gate: Gate): Promise<void> {
  switch (fault.fault) {
    case "cut":
      gate.cut();
      break;
    case "delay":
      gate.delay(fault.byMs);
      break;
    case "half-open":
      gate.halfOpen(fault.direction);
      break;
  }
  await sleep(fault.forMs);
  gate.heal(fault.fault === "half-open" && fault.end === "reset");
}

function of<TItem>(items: readonly TItem[], index: number): TItem {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no ${index} of ${items.length}`);
  return item;
}
