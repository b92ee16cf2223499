/** A client's tails: it follows the log for whoever watches or listens, each tail ended when nobody does. */
import type { Snapshot } from "xstate";
import { TroupeError } from "../errors.ts";
import { parseBody, placeOf, type RecordedEvent } from "../events/record.ts";
import type { LoadEnv } from "./load.ts";
import { fitsActor, fitsFact, heard, type FactFilter, type FactListener } from "./waits.ts";

export interface Tails {
  readonly watch: (address: string, look: () => void) => () => void;
  readonly listen: (address: string, listener: (event: RecordedEvent) => void) => () => void;
  /** Resolves once it listens; `failed` is called once where nothing more is heard. */
  readonly listenAll: (
    filter: FactFilter,
    listener: FactListener,
    failed: (error: unknown) => void,
  ) => Promise<() => void>;
  readonly seen: (address: string) => Snapshot<unknown> | undefined;
  /** Why an actor cannot be followed. */
  readonly trouble: (address: string) => TroupeError | undefined;
  readonly end: () => void;
}

type Moved = (facts: readonly RecordedEvent[], address: string) => void | Promise<void>;

/**
 * @param stateOf reads an actor's present state.
 * @param report takes what listeners throw.
 */
export function createTails(
  env: LoadEnv,
  stateOf: (address: string) => Promise<Snapshot<unknown>>,
  report: (error: unknown) => void,
): Tails {
  const states = new Map<string, { readonly read: number; readonly snapshot: Snapshot<unknown> }>();
  let reads = 0;
  const troubles = new Map<string, TroupeError>();
  const looks = new Map<string, Set<() => void>>();
  const all = new AbortController();

  /** Tells of each record that fits, from now on; resolves once it listens. */
  async function follow(
    fits: (address: string) => boolean,
    signal: AbortSignal,
    moved: Moved,
  ): Promise<{ readonly over: Promise<void> }> {
    const after = await env.log.end();
    const run = async (): Promise<void> => {
      for await (const record of env.log.scan({ after, live: true, signal })) {
        if (!fits(record.stream)) continue;
        const { facts = [], copied } = parseBody(record.body, placeOf(record));
        await moved(copied === true ? [] : facts, record.stream); // a fork tells again what was heard of the original
      }
    };
    return { over: run() };
  }

  function ending(): AbortController & { readonly either: AbortSignal } {
    const own = new AbortController();
    return Object.assign(own, { either: AbortSignal.any([all.signal, own.signal]) });
  }

  function followOne(address: string, moved: Moved, failed: (error: unknown) => void): () => void {
    const end = ending();
    const run = async (): Promise<void> => {
      const { over } = await follow((stream) => stream === address, end.either, moved);
      await Promise.all([over, end.either.aborted ? undefined : moved([], address)]); // whichever fails, the other is heard
    };
    run().catch(failed);
    return () => end.abort();
  }

  function unwatch(address: string, look: () => void): void {
    const others = looks.get(address);
    others?.delete(look);
    if (others !== undefined && others.size > 0) return;
    looks.delete(address);
    states.delete(address);
    troubles.delete(address);
  }

  return {
    watch: (address, look) => {
      looks.set(address, (looks.get(address) ?? new Set()).add(look));
      const moved = async (): Promise<void> => {
        const read = ++reads; // one that began later has seen as much, whichever ends first
        const snapshot = await stateOf(address);
        if (looks.get(address)?.has(look) !== true) return; // what is kept for nobody grows old
        if (read > (states.get(address)?.read ?? 0)) states.set(address, { read, snapshot });
        look();
      };
      const stop = followOne(address, moved, (error) => {
        troubles.set(address, TroupeError.is(error) ? error : unreadable(address, error));
        look();
      });
      return () => {
        stop();
        unwatch(address, look);
      };
    },
    listen: (address, listener) =>
      followOne(
        address,
        (facts) => facts.forEach((fact) => heard(() => listener(fact), report)),
        () => {},
      ),
    async listenAll(filter, listener, failed) {
      if (all.signal.aborted) throw clientClosed();
      const end = ending();
      const fits = (address: string): boolean => fitsActor(filter, address);
      const { over } = await follow(fits, end.either, (facts, address) => {
        for (const fact of facts)
          if (!end.either.aborted && fitsFact(filter, fact.type, address))
            heard(() => listener(fact, address), report);
      });
      const ended = (why: unknown): void => {
        if (!end.signal.aborted) heard(() => failed(why), report);
      };
      over.then(() => ended(all.signal.aborted ? clientClosed() : logClosed(env.log)), ended);
      return () => end.abort();
    },
    trouble: (address) => (all.signal.aborted ? clientClosed() : troubles.get(address)),
    seen: (address) => states.get(address)?.snapshot,
    end() {
      all.abort();
      for (const some of looks.values()) for (const look of some) look();
    },
  };
}

function clientClosed(): TroupeError {
  return new TroupeError("HOST_CLOSED", "the client is closed", { hint: "Connect again." });
}

/** A live scan that ends by itself: somebody has closed the log. */
function logClosed({ url }: LoadEnv["log"]): TroupeError {
  return new TroupeError("LOG_UNREACHABLE", `${url} was closed`, {
    hint: "Open it, and listen again.",
  });
}

function unreadable(address: string, cause: unknown): TroupeError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError("LOG_UNREACHABLE", `"${address}" cannot be followed: ${message}`, {
    hint: "Check that the log can be read, then wait again.",
    cause,
  });
}
