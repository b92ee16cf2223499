/** A JetStream log over a connection that is open and says nothing, as behind a router that forgot it. */
import { expect, it } from "vitest";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { startGate } from "../chaos/gate.ts";
import { record } from "../support/log-fixture.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

it("a connection over which nothing comes any more is given up, and another one is made", async () => {
  await using gate = await startGate([sharedNats.port]);
  const url = sharedNats.logUrl(freshName()).replace(String(sharedNats.port), String(gate.port));
  await using log = await jetstreamLog({ url, answerMs: 500 });
  const again = gate.connected();
  gate.halfOpen("both");
  await again;
  gate.heal();
  for (let unknown = true; unknown;)
    unknown = await log.append("task/r1", [record("a")], { expected: 0 }).then(
      () => false,
      () => true,
    );
  expect(await log.tip("task/r1")).toBe(1);
});
