/**
 * A run as a line of moments: forward, back, to any place, each in a few milliseconds.
 *
 * 1. Nothing runs and nothing is written (A2). A moment depends on its position alone, not on how
 *    one came there.
 * 2. States of the actors are as their records have them; context, effects and what is open are
 *    stepped again from the actor's own records (A15), by the very code that loads actors.
 * 3. An actor that cannot be replayed holds up nobody (A5): it is shown as it was recorded, with
 *    the fault from its record on.
 */
import type { LoadEnv } from "../actors/load.ts";
import { contextOf } from "../actors/xstate/context.ts";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { Recorded } from "../events/log/log.ts";
import { brief } from "./brief.ts";
import { parseCondition, type Condition } from "./condition.ts";
import { openIn } from "./effects-seen.ts";
import { findIn, type FindOptions, type FoundMoment } from "./find.ts";
import type { ActorSeen, ActorWhole, Fault, Moment, RecordSeen } from "./moment.ts";
import { placesOf, type Place, type Places } from "./places.ts";
import { bodyIn, recordSeen } from "./record-seen.ts";
import { readFrom } from "../events/log/read-from.ts";
import { positionIn, type RunRecords } from "../events/log/run-records.ts";
import { trackOf, type Stepped, type Track, type TrackFault } from "./track.ts";
import { walk, type Replayed } from "./walk.ts";

/** A run, replayed. */
export interface Timeline {
  readonly run: string;
  /** How many records it has: positions are 1 to this. */
  readonly length: number;
  /** Actors that cannot be replayed to their end, each with the first record that cannot. */
  readonly faults: readonly Fault[];
  /**
   * The run cut right behind the record at a position.
   *
   * @throws {@link TroupeError} `POSITION_UNKNOWN`.
   */
  moment(position: number): Promise<Moment>;
  /**
   * One actor at a position, with its context.
   *
   * @throws {@link TroupeError} `POSITION_UNKNOWN`, `ACTOR_NOT_FOUND` where it does not exist then.
   */
  actor(address: string, position: number): Promise<ActorWhole>;
  /**
   * The position in a text: a number, or `ADDRESS#SEQ`.
   *
   * @throws {@link TroupeError} `POSITION_UNKNOWN`.
   */
  positionOf(text: string): number;
  /** All records, the first first: each costs one step. */
  records(): AsyncIterable<PlacedRecord>;
  /** The position so many records on (or back), or as far as there are any; with an address among those of this actor alone. */
  stepFrom(position: number, by: number, address?: string): number;
  /**
   * The next position behind `from`, or the last one before it, whose record meets a condition.
   *
   * @param condition a type of records, facts or inputs, with `*` for any rest; or CEL over the
   * fields of {@link Question}, as in `kind == "task" && context.attempt > 2`.
   * @throws {@link TroupeError} `USAGE` where it is no condition.
   */
  find(condition: string | Condition, options?: FindOptions): Promise<FoundMoment>;
}

/** A record, and where it stands in its run. */
export interface PlacedRecord extends RecordSeen {
  readonly position: number;
}

export interface TimelineOptions {
  /** Called now and then with how many records have been replayed. */
  readonly progress?: (records: number) => void;
  /** What stepping takes is measured by it, ms: it decides what is kept, never what is seen. */
  readonly now?: (() => number) | undefined;
}

/** Records after which one more is worth a word. */
const A_WHILE = 1_024;

/** Replays all actors of a run, and keeps what is needed to step through it. */
export async function openTimeline(
  env: LoadEnv,
  run: RunRecords,
  { progress, now }: TimelineOptions = {},
): Promise<Timeline> {
  const places = placesOf(run);
  const byAddress = new Map(places.all.map(({ address, records }) => [address, records]));
  const reading = { ...env, log: readFrom(env.log, byAddress) };
  const tracks = new Map<string, Track>();
  let passed = 0;
  const heard = (): void => {
    if (++passed % A_WHILE === 0) progress?.(passed);
  };
  for (const { address } of places.all)
    tracks.set(address, await trackOf(reading, address, { now, heard }));
  const track = (address: string): Track => {
    const found = tracks.get(address);
    if (found === undefined) throw new Error(`run "${run.run}" has no actor "${address}"`);
    return found;
  };
  return timelineOf({ run, places, track });
}

function timelineOf(replayed: Replayed): Timeline {
  const { run, places, track } = replayed;
  const { length } = run.records;
  const faultOf = faultsIn(places);
  const recordAt = (position: number): Recorded => {
    const record = run.records[positionIn(run, String(position)) - 1];
    if (record === undefined) throw new Error(`there is no position ${position}`); // positionIn has thrown
    return record;
  };
  return {
    run: run.run,
    length,
    faults: places.all.flatMap(({ address }) => faultOf(address, track(address).fault) ?? []),
    positionOf: (text) => positionIn(run, text),
    async moment(position) {
      const record = recordAt(position);
      const stepped = await track(record.stream).at(record.seq);
      return {
        run: run.run,
        position,
        length,
        record: seenOf(replayed, record, stepped),
        actors: actorsAt(places, position),
      };
    },
    async *records() {
      for await (const { position, record, stepped } of walk(replayed, { first: 1, last: length }))
        yield { position, ...seenOf(replayed, record, stepped) };
    },
    stepFrom: (position, by, address) => stepIn(replayed, { position, by, address }),
    async actor(address, position) {
      recordAt(position);
      const place = places.of(address);
      const seen = place && actorAt(places, place, position);
      if (seen === undefined) throw noSuchActor(address, run, position);
      const stepped = await track(address).at(seen.seq);
      if ("error" in stepped)
        return { ...seen, context: null, open: null, fault: faultOf(address, stepped) ?? null };
      const context = contextOf(stepped.fold.state.snapshot) ?? null;
      return {
        ...seen,
        context: brief(context, Number.POSITIVE_INFINITY),
        open: openIn(stepped.fold),
        fault: null,
      };
    },
    async find(condition, options) {
      const asked = typeof condition === "string" ? parseCondition(condition) : condition;
      return findIn(replayed, asked, options);
    },
  };
}

function seenOf(
  { places, track }: Replayed,
  record: Recorded,
  stepped: Stepped | TrackFault,
): RecordSeen {
  return recordSeen(record, {
    stepped: "error" in stepped ? undefined : stepped,
    previous: previousOf(places, record),
    skippedBy: track(record.stream).skippedBy(record.seq),
    positionOf: places.positionOf,
    fault: "error" in stepped ? faultsIn(places)(record.stream, stepped) : undefined,
  });
}

function stepIn(
  { run, places }: Replayed,
  { position, by, address }: { position: number; by: number; address: string | undefined },
): number {
  const place = address === undefined ? undefined : places.of(address);
  if (place === undefined) return Math.min(Math.max(position + by, 1), run.records.length);
  const at = places.lastUpTo(place, position);
  const between = by < 0 && (place.positions[at] ?? 0) < position ? 1 : 0; // back from between two: the one before
  const to = Math.min(Math.max(at + by + between, 0), place.positions.length - 1);
  return place.positions[to] ?? position;
}

function faultsIn(
  places: Places,
): (address: string, fault: TrackFault | undefined) => Fault | undefined {
  return (address, fault) => {
    if (fault === undefined) return undefined;
    const { code, message, hint = null } = fault.error;
    const { seq } = fault;
    return { code, message, hint, address, seq, position: places.positionOf(address, seq) ?? 0 };
  };
}

/** The record of the same actor before a record. */
function previousOf(places: Places, { stream, seq }: Recorded): Recorded | undefined {
  const place = places.of(stream);
  return place?.records[seq - 1 - (place.records[0]?.seq ?? 1)];
}

/** Those that exist at a position. They stand in the order of their births. */
function actorsAt(places: Places, position: number): readonly ActorSeen[] {
  const seen: ActorSeen[] = [];
  for (const place of places.all) {
    const actor = actorAt(places, place, position);
    if (actor === undefined) return seen;
    seen.push(actor);
  }
  return seen;
}

function actorAt(places: Places, place: Place, position: number): ActorSeen | undefined {
  const index = places.lastUpTo(place, position);
  const record = place.records[index];
  if (record === undefined) return undefined;
  const { state, status, owes } = bodyIn(record);
  const { seq, at } = record;
  return {
    address: place.address,
    state,
    status,
    seq,
    position: place.positions[index] ?? 0,
    at,
    owes,
  };
}

function noSuchActor(address: string, { run, records }: RunRecords, position: number): TroupeError {
  parseAddress(address);
  const later = records.some(({ stream }) => stream === address);
  const message = later
    ? `"${address}" is not born yet at position ${position}`
    : `run "${run}" has no actor "${address}"`;
  return new TroupeError("ACTOR_NOT_FOUND", message, {
    hint: later ? "Go to a later position." : "Name one of those that `troupe replay RUN` lists.",
    data: { address, run, position },
  });
}
