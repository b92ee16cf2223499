/** Who could not begin to serve on a JetStream log, and what he hears when his connection is back. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressIn } from "../../src/events/address.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { expectRejection } from "../support/log-fixture.ts";
import { freshName } from "../support/nats-log.ts";
import { startNats, type TestNats } from "../support/nats-server.ts";
import { startProxy } from "../support/tcp-proxy.ts";

let server: TestNats;
beforeAll(async () => {
  server = await startNats();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The URL of a log, by way of a proxy. */
const through = (port: number, name: string) =>
  `nats://127.0.0.1:${port}/${name}?monitor=${server.monitor}`;

describe("who could not begin to serve", () => {
  it("hears nothing of what is asked of who serves then, when its connection is back", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name), answerMs: 300 });
    await using other = await jetstreamLog({ url: server.logUrl(name) });
    const heard: string[] = [];
    const by = (who: string) => async () => {
      heard.push(who);
      return who;
    };
    const owned = await log.claim({ owner: "first", partition: 0 });
    const held = proxy.holdRequest(`SUB troupe.${name}.cmd.0.`);
    const refused = expectRejection(
      log.commands.serve(by("first"), { partition: 0 }),
      "LOG_UNREACHABLE",
    );
    const release = await held;
    await refused;
    release();
    await untilBack(log);
    await owned[Symbol.asyncDispose]();
    await using _owned = await other.claim({ owner: "second", partition: 0 });
    await using _serving = await other.commands.serve(by("second"), { partition: 0 });
    const address = addressIn(0, other.partitions);
    for (const id of ["c1", "c2"]) {
      const asked = other.commands.request({ id, address, op: "send", data: {} });
      expect(await asked).toBe("second");
    }
    await log.tip(address); // the server has sent it all that it would
    expect(heard).toEqual(["second", "second"]);
  });

  it("is asked for no work of its label, when its connection is back", async () => {
    const name = freshName();
    await using proxy = await startProxy(server.port);
    await using log = await jetstreamLog({ url: through(proxy.port, name), answerMs: 300 });
    await using other = await jetstreamLog({ url: server.logUrl(name) });
    const held = proxy.holdRequest(`SUB troupe.${name}.work.gpu`);
    const served = log.work?.serve("gpu", () => () => {}) ?? Promise.resolve();
    const refused = expectRejection(served, "LOG_UNREACHABLE");
    const release = await held;
    await refused;
    release();
    await untilBack(log);
    const asked = { label: "gpu", address: "task/r1", work: {} };
    expect(await other.work?.request(asked, () => {})).toBeUndefined();
  });
});

/** Until a handle has its connection again, and the server all its subscriptions. */
async function untilBack(log: EventLog): Promise<void> {
  for (;;) {
    const tip = await log.tip("task/r1").catch(() => undefined);
    if (tip !== undefined) return;
  }
}
