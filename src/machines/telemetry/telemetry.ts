/**
 * A batch of telemetry: what happened elsewhere, and stands in the log from now on. Its birth
 * holds the lines, and that is all there is to it.
 *
 *     RECORDED
 */
import { setup } from "xstate";
import type { TelemetryInput } from "../../events/telemetry/batch.ts";

export const telemetryMachine = setup({
  types: { context: {} as Record<string, never>, input: {} as TelemetryInput },
}).createMachine({
  id: "telemetry",
  context: {},
  initial: "RECORDED",
  states: { RECORDED: { type: "final" } },
});
