/** The kind of what happened elsewhere: `telemetry/HASH`, a batch of lines each. It takes no events. */
import type { EventObject } from "xstate";
import { z } from "zod";
import { defineKind, type Kind } from "../../actors/kind.ts";
import { TelemetryInput } from "../../events/telemetry/batch.ts";
import { telemetryMachine } from "../../machines/telemetry/telemetry.ts";
import type { Closed } from "../closed.ts";

export type TelemetryKind = Kind<
  "telemetry",
  Closed<TelemetryInput, undefined, EventObject>,
  z.ZodType<never>,
  z.ZodType<TelemetryInput, z.input<typeof TelemetryInput>>
>;

const kind = defineKind({
  kind: "telemetry",
  version: "1",
  machine: telemetryMachine,
  events: z.never(),
  input: TelemetryInput,
});

/** Give it to a host into whose log telemetry comes. */
export const telemetryKind = kind as unknown as TelemetryKind; // it is; its inside is hidden
