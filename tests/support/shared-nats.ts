/**
 * Before the first test: there is a `nats-server`, found or obtained once, or the run fails and
 * says what to install; and one runs, for all tests that only keep logs on a server.
 *
 * Who kills a server, configures it, or watches all that it is asked for starts one of his own.
 */
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { natsServer } from "../../scripts/nats-server.ts";
import { startNats, urlOn, type NatsPlace } from "./nats-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly nats: NatsPlace;
  }
}

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  process.env["NATS_SERVER"] = await natsServer();
  const server = await startNats();
  const { port, monitor } = server;
  provide("nats", { port, monitor });
  return async () => server[Symbol.asyncDispose]();
}

/** The server of this run of the tests; a log on it needs a fresh name. */
export const sharedNats = {
  get port(): number {
    return inject("nats").port;
  },
  /** URL of a log on it, with the monitor. */
  logUrl: (name: string, more = ""): string => urlOn(inject("nats"), name, more),
};
