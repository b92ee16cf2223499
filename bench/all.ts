/** All benches, in the order in which they run. */
import type { Bench } from "./bench.ts";
import { children } from "./children.ts";
import { contextSize } from "./context-size.ts";
import { hosts } from "./hosts.ts";
import { jobs } from "./jobs.ts";
import { logLength } from "./log-length.ts";
import { memory } from "./memory.ts";
import { messages } from "./messages.ts";
import { profile } from "./profile.ts";
import { projections } from "./projections.ts";
import { replay } from "./replay.ts";
import { rollover } from "./rollover.ts";
import { steps } from "./steps.ts";
import { workflow } from "./workflow.ts";
import { w1Nats } from "./w1-nats.ts";
import { w1 } from "./w1.ts";
import { w2 } from "./w2.ts";
import { w3 } from "./w3.ts";
import { w4 } from "./w4.ts";

export const BENCHES: readonly Bench[] = [
  w1,
  w1Nats,
  w2,
  w3,
  w4,
  contextSize,
  logLength,
  rollover,
  replay,
  memory,
  projections,
  steps,
  children,
  workflow,
  messages,
  jobs,
  hosts,
  profile,
];
