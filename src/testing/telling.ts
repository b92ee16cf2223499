/** A plan in words: what the user does, and what befalls the hosts. */
import { rootOf } from "../events/address.ts";
import type { Act, Fault, Plan } from "./plan.ts";

/** One line each: the acts, the faults, the settings. */
export function planInWords({ acts, faults, settings }: Plan): readonly string[] {
  const { snapshotEvery, checkpointEvery, idleMs, partitions, hosts = 1, fair } = settings;
  const turns = fair ? "first come, first served" : "turns by the dice of the seed";
  return [
    ...acts.map(actInWords),
    ...faults.map((fault) => `fault: ${faultInWords(fault)}`),
    `${hosts} ${hosts === 1 ? "host" : "hosts"}, ${turns}, ${partitions} partitions, a snapshot every ${snapshotEvery}, ` +
      `a checkpoint every ${checkpointEvery} records, idle after ${idleMs} ms`,
  ];
}

/** How each run of a written log is stepped through. */
export function replayLines(path: string, addresses: Iterable<string>): readonly string[] {
  const runs = [...new Set([...addresses].map(rootOf))];
  return runs.map(
    (run) => `troupe replay ${path} ${runs.length > 1 ? `${run} ` : ""}--kinds YOUR-KINDS.ts`,
  );
}

function actInWords(act: Act): string {
  const when = act.waitMs > 0 ? `${act.waitMs} ms later: ` : "";
  if ("look" in act) return `${when}look at ${act.to}`;
  if ("stop" in act) return `${when}stop ${act.to}`;
  if ("send" in act) return `${when}send ${act.to} ${JSON.stringify(act.send)}`;
  return `${when}start ${act.to} with ${JSON.stringify(act.start) ?? "nothing"}`;
}

/** By its name; each takes a fault of that name. */
const WORDS: { readonly [Name in Fault["fault"]]: (fault: Extract<Fault, { fault: Name }>) => string } =
  {
    crash: ({ point, nth }) => `the host dies ${point.replaceAll("-", " ")}, the ${nthOf(nth)} time`,
    kill: ({ turn }) => `the host dies before turn ${turn}`,
    close: ({ turn }) => `the host is closed before turn ${turn}, and another one opened`,
    takeover: ({ turn, turns }) =>
      `another host takes over before turn ${turn}; the old one goes on for ${turns} turns`,
    usurp: ({ nth, turns }) =>
      `who makes the ${nthOf(nth)} append loses the partition, and goes on for ${turns} turns`,
    join: ({ turn }) => `one more host comes before turn ${turn}`,
    members: ({ nth }) => `the ${nthOf(nth)} question for the other hosts fails`,
    claim: ({ nth }) => `the answer to the ${nthOf(nth)} claim is lost`,
    answer: ({ nth }) => `the ${nthOf(nth)} answer between hosts is lost`,
    append: ({ how, nth, times, ms }) =>
      `the ${nthOf(nth)} append${times > 1 ? ` and ${times - 1} more` : ""}: ${how} (${ms} ms)`,
    snapshot: ({ nth }) => `the ${nthOf(nth)} use of the snapshots fails`,
    read: ({ nth }) => `the ${nthOf(nth)} reading of the log fails`,
    clock: ({ turn, byMs }) => `the clock is set by ${byMs} ms before turn ${turn}`,
    again: ({ id, waitMs }) => `the command ${id} is sent once more after ${waitMs} ms`,
  };

function faultInWords(fault: Fault): string {
  const say = WORDS[fault.fault] as (fault: Fault) => string; // the one of its name
  return say(fault);
}

function nthOf(n: number): string {
  const ending = n % 100 > 10 && n % 100 < 14 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${ending}`;
}
