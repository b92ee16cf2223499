/** A user who does not give up: whenever the host dies, another one is opened, and what was asked is asked again. */
import type { Host, HostOptions } from "../../src/actors/host.ts";
import type { AnyKind } from "../../src/actors/kind.ts";
import { TroupeError } from "../../src/errors.ts";
import type { Bench, Process } from "./laws-bench.ts";

export interface Stubborn<TKinds extends readonly AnyKind[]> {
  /** Asks until a host lives long enough to answer; ids in the question keep it from counting twice. */
  ask<T>(question: (host: Host<TKinds>) => Promise<T>): Promise<T>;
  /** Until all is quiet on a host that lives. */
  settle(): Promise<void>;
  /** As `Bench.pass`, on a host that lives. */
  pass(ms: number): Promise<void>;
  kill(): Promise<void>;
}

export function stubborn<const TKinds extends readonly AnyKind[]>(
  b: Bench,
  kinds: TKinds,
  options: Partial<HostOptions<TKinds>> = {},
): Stubborn<TKinds> {
  let process: Process<TKinds> | undefined;

  async function living(): Promise<Process<TKinds>> {
    for (let attempt = 0; attempt < 50; attempt++) {
      if (process?.host.failed.aborted === false) return process;
      if (process !== undefined) await b.kill(process);
      process = await b.start(kinds, options).catch(() => undefined);
    }
    throw new Error("no host gets through its take-over");
  }
  async function settle(): Promise<void> {
    let seen: Process<TKinds> | undefined;
    while (seen === undefined || seen.host.failed.aborted) {
      seen = await living();
      await b.settle();
    }
  }

  return {
    async ask(question) {
      for (;;) {
        const { host } = await living();
        try {
          return await question(host);
        } catch (error) {
          if (!TroupeError.is(error, "HOST_FAILED")) throw error;
        }
      }
    },
    settle,
    async pass(ms) {
      await settle();
      await b.pass(ms);
      await settle();
      await b.pass(0);
      await settle();
    },
    async kill() {
      if (process !== undefined) await b.kill(process);
      process = undefined;
    },
  };
}

/** What a promise rejects with; for one that is looked at later. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}
