/**
 * A host among others, as its users see it: the same face, whichever host runs an actor. What it
 * runs itself it asks and watches directly; for the rest it is a client.
 */
import { randomUUID } from "node:crypto";
import type { Snapshot } from "xstate";
import { TroupeError } from "../../errors.ts";
import type { EventLog, HostFacts, Members } from "../../events/log/log.ts";
import { openProjections } from "../../projections/runner.ts";
import { readingStepper } from "../client.ts";
import { remoteCommander, type Commander } from "../commands.ts";
import { awayOn } from "../away/away.ts";
import { serveWork } from "../away/worker.ts";
import { actorsFace, type Actors } from "../face.ts";
import type { AnyKind, Kinds } from "../kind.ts";
import { keptStates } from "../kept-states.ts";
import { keepUp, settingsOf, type RunOptions } from "../own.ts";
import { hostFailed, parkedError } from "../parking.ts";
import { createTails, type Tails } from "../tails.ts";
import { joinHosts } from "./join.ts";
import { isGone } from "./place.ts";
import type { Placement } from "./placement.ts";

export interface SharedHostOptions extends RunOptions {
  readonly log: EventLog;
  readonly members: Members;
  readonly kinds: Kinds;
  readonly name: string;
  readonly labels: readonly string[];
  readonly recover: boolean;
}

/** A host's own place among the others, as of now. */
export interface PlacementView extends HostFacts {
  /** What it owns. */
  readonly partitions: readonly number[];
}

export interface SharedHost<TKinds extends readonly AnyKind[]> extends Actors<TKinds>, AsyncDisposable {
  readonly failed: AbortSignal;
  readonly placement: () => PlacementView;
}

export async function sharedHost<TKinds extends readonly AnyKind[]>({
  log,
  members,
  kinds,
  name,
  labels,
  recover,
  ...run
}: SharedHostOptions): Promise<SharedHost<TKinds>> {
  await using cleanup = new AsyncDisposableStack();
  const settings = settingsOf(run);
  const { warn, clock } = settings;
  const projections = cleanup.use(openProjections({ log, warn }));
  const env = { log, kinds, stepper: readingStepper(kinds) };
  const { work } = log;
  const changed: Members["changed"] = (call) => members.changed(call);
  const parts = work && { ...env, work, labels, projections, clock, changed, warn };
  const serving = parts && cleanup.use(await serveWork(parts)); // so that who hears of this host can ask it
  const remote = remoteCommander((command) => log.commands.request(command), log.partitions);
  const away = parts && { away: awayOn(parts) };
  const given = { ...settings, ...away, log, kinds, projections, members, name, labels };
  const placement = cleanup.use(await joinHosts({ ...given, recover, remote }));
  cleanup.defer(() => serving?.[Symbol.asyncDispose]()); // first of all: what it does for others begins elsewhere
  cleanup.defer(keepUp(settings, projections));
  const state = keptStates(env);
  const tails = createTails(env, state, (error) => warn("a listener threw", { error }));
  cleanup.defer(() => tails.end());
  const over = (): TroupeError | undefined => {
    if (placement.failed.aborted) return hostFailed(placement.failed.reason);
    if (placement.running()) return undefined;
    return new TroupeError("HOST_CLOSED", "the host is closed", { hint: "Open a new host." });
  };
  const watching = watchingOf(placement, tails, state);
  const face = actorsFace<TKinds>({
    env,
    projections,
    commands: placedCommander(placement, remote, over),
    watch: watching.watch,
    seen: watching.seen,
    listen: tails.listen,
    async listenAll(filter, listener, failed) {
      const why = over();
      if (why !== undefined) throw why;
      return tails.listenAll(filter, listener, failed);
    },
    state,
    trouble(address) {
      const place = placement.placeOf(address);
      const parked = place?.runner.parked.get(address);
      return over() ?? (place === undefined ? tails.trouble(address) : parked && parkedError(parked));
    },
    after: (ms, call) => clock.after(ms, call),
  });
  const kept = cleanup.move();
  return {
    ...face,
    failed: placement.failed,
    placement: () => ({
      ...placement.facts(),
      partitions: placement.places().map(({ partition }) => partition),
    }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Asks the runner here where the actor is, else whoever has it, or comes to have it. */
function placedCommander(
  placement: Placement,
  remote: Commander,
  over: () => TroupeError | undefined,
): Commander {
  async function by<T>(address: string, ask: (to: Commander) => Promise<T>): Promise<T> {
    const why = over();
    if (why !== undefined) throw why;
    const place = placement.placeOf(address);
    if (place === undefined) return ask(remote);
    try {
      return await ask(place.commands);
    } catch (error) {
      if (!isGone(error)) throw error;
      const closed = over();
      if (closed !== undefined) throw closed;
      return ask(remote); // it acts once, by its id
    }
  }
  return {
    start: (address, input, options) => by(address, (to) => to.start(address, input, options)),
    send(address, event, { id = randomUUID(), ...options }) {
      return by(address, (to) => to.send(address, event, { id, ...options }));
    },
    stop(address, { id = randomUUID(), ...options }) {
      return by(address, (to) => to.stop(address, { id, ...options }));
    },
    async parked() {
      const why = over();
      if (why !== undefined) throw why;
      return remote.parked();
    },
    unpark: (address) => by(address, (to) => to.unpark(address)),
    skip: (address, seq, options) => by(address, (to) => to.skip(address, seq, options)),
    fork: (run, request) => by(`run/${run}`, (to) => to.fork(run, request)),
    deliver: (address, input) => by(address, (to) => to.deliver(address, input)),
  };
}

interface Watching {
  readonly watch: (address: string, look: () => void) => () => void;
  readonly seen: (address: string) => Snapshot<unknown> | undefined;
}

/** Watches an actor wherever it is run: where its partition moves, what it has become is read once. */
function watchingOf(
  placement: Placement,
  tails: Tails,
  state: (address: string) => Promise<Snapshot<unknown>>,
): Watching {
  const found = new Map<string, Snapshot<unknown>>();
  const local = (address: string): Snapshot<unknown> | undefined =>
    placement.placeOf(address)?.runner.actors.get(address)?.seen?.snapshot;
  return {
    seen: (address) => local(address) ?? tails.seen(address) ?? found.get(address),
    watch(address, look) {
      let on = true;
      const subscribe = (): (() => void) => {
        const place = placement.placeOf(address);
        return place === undefined
          ? tails.watch(address, look)
          : place.runner.watchers.watch(address, look);
      };
      let stop = subscribe();
      const unmove = placement.moved(address, () => {
        stop();
        stop = subscribe();
        state(address).then(
          (snapshot) => {
            if (!on) return;
            found.set(address, snapshot);
            look();
          },
          () => look(), // what cannot be read now is told by whoever runs it
        );
      });
      return () => {
        on = false;
        found.delete(address);
        unmove();
        stop();
      };
    },
  };
}
