/**
 * Before the first test: there is a `nats-server`, found or obtained once, or the run fails and
 * says what to install. Tests then find it by name and need no time for it.
 */
import { natsServer } from "../../scripts/nats-server.ts";

export async function setup(): Promise<void> {
  process.env["NATS_SERVER"] = await natsServer();
}
