/** What `troupe doctor` looks at where the log lies on a NATS server. */
import { existsSync } from "node:fs";
import type { EventLog } from "../../events/log/log.ts";
import type { MonitorHealth, NatsHealth, StreamHealth } from "../../events/log/jetstream/health.ts";
import { BUILT_IN } from "../../projections/built-in.ts";
import { placeOfProjections } from "../../projections/place.ts";
import { openProjections } from "../../projections/runner.ts";
import { failed, type Check } from "../check.ts";
import { count, moment } from "../paper.ts";

/** From this share on a disk is called full, so that there is time to do something. */
const NEARLY = 0.9;

/** @param url of the log, with what it takes to enter. */
export async function natsChecks(url: string, log: EventLog): Promise<readonly Check[]> {
  try {
    // loaded only for a log on a server
    const { natsHealth } = await import("../../events/log/jetstream/health.ts");
    const health = await natsHealth(url, log.partitions);
    return [
      serverCheck(health),
      syncCheck(health),
      replicasCheck(health),
      diskCheck(health),
      await lagCheck(log),
    ];
  } catch (error) {
    return [failed("server", error)];
  }
}

function serverCheck(nats: NatsHealth): Check {
  const { version, cluster, streams } = nats;
  const where = cluster === undefined ? "alone" : `in cluster "${cluster}"`;
  const found = `nats-server ${version}, ${where}; ${count(streams.length, "stream")} as they were made`;
  return { name: "server", ok: true, found, nats };
}

function syncCheck({ monitors }: NatsHealth): Check {
  const name = "sync";
  const silent = monitors.flatMap(({ url, fault }) =>
    fault === undefined ? [] : [`${url}: ${fault}`],
  );
  const lazy = monitors.filter(({ syncAlways }) => syncAlways === false);
  if (lazy.length > 0)
    return {
      name,
      ok: false,
      found: `what ${lazy.map(({ url }) => url).join(", ")} acknowledges is not on disk yet`,
      hint: "Set `sync_interval: always` in the jetstream block of every server, and restart it.",
    };
  if (silent.length > 0 || monitors.length === 0)
    return {
      name,
      ok: silent.length === 0,
      found: silent.length === 0 ? "nobody was asked" : silent.join("; "),
      hint: "Name the monitoring endpoint of every server: ?monitor=http://HOST:PORT.",
    };
  return { name, ok: true, found: "what is acknowledged is on disk" };
}

function replicasCheck({ streams, cluster }: NatsHealth): Check {
  const name = "replicas";
  const behind = streams.filter((stream) => stream.behind.length > 0);
  const least = Math.min(...streams.map(({ replicas }) => replicas));
  const found = `each stream on ${count(least, "server")}`;
  if (behind.length > 0)
    return {
      name,
      ok: false,
      found: behind.map((stream) => `${stream.name} lacks ${stream.behind.join(", ")}`).join("; "),
      hint: "Look after these servers: they are down, or catch up.",
    };
  if (cluster === undefined || least > 1) return { name, ok: true, found };
  const hint = "One server of the cluster that is gone stops the log: make it with three copies.";
  return { name, ok: true, found, hint };
}

function diskCheck({ accountUsed, accountMax, monitors, streams }: NatsHealth): Check {
  const places = [
    room("the account", accountUsed, accountMax),
    ...monitors.map((monitor: MonitorHealth) => room(monitor.url, monitor.storeUsed, monitor.storeMax)),
    ...streams
      .filter(({ maxBytes }) => maxBytes !== undefined)
      .map((stream: StreamHealth) => room(stream.name, stream.bytes, stream.maxBytes)),
  ];
  const log = streams.reduce((sum, { bytes }) => sum + bytes, 0);
  const full = places.filter(({ share }) => share >= NEARLY);
  const ok = full.length === 0;
  const hint =
    "Raise max_file or the limit, or archive and purge closed runs: a full log takes no records.";
  const told = places.filter(({ text }) => text !== "").map(({ text }) => `; ${text}`);
  return {
    name: "disk",
    ok,
    found: `the log takes ${amount(log)}${told.join("")}`,
    ...(!ok && { hint }),
  };
}

function room(place: string, used: number | undefined, max: number | undefined) {
  if (used === undefined || max === undefined || max === 0) return { share: 0, text: "" };
  return {
    share: used / max,
    text: `${place} ${amount(used)} of ${amount(max)}, ${amount(max - used)} free`,
  };
}

/** Of what is kept on this machine; nothing is folded for it. */
async function lagCheck(log: EventLog): Promise<Check> {
  const name = "projections";
  const place = placeOfProjections(log.url);
  if (place === undefined || !existsSync(place.path))
    return { name, ok: true, found: "none are kept on this machine" };
  try {
    await using projections = openProjections({ log, projections: BUILT_IN });
    const all = await projections.status();
    const parked = all.filter((one) => one.parked > 0);
    const behind = all.flatMap((one) => one.behindSince ?? []);
    const lag = behind.length === 0 ? "up to date" : `behind since ${moment(Math.min(...behind))}`;
    const stuck = parked.map((one) => `; ${one.name} has parked ${count(one.parked, "row")}`);
    return {
      name,
      ok: parked.length === 0,
      found: `${count(all.length, "projection")}, ${lag}${stuck.join("")}`,
    };
  } catch (error) {
    return failed(name, error);
  }
}

function amount(bytes: number): string {
  const unit = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${unit[power]}`;
}
