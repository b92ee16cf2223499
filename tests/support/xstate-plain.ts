/** A feature as plain XState runs it, on a simulated clock: what every other way of running must equal. */
import { createActor, SimulatedClock } from "xstate";
import type { AnyActorRef } from "xstate";
import { plain, seen } from "./xstate-features.ts";
import type { Act, Feature, Seen } from "./xstate-features.ts";

export interface Outcome {
  readonly seen: Seen;
  readonly emitted: readonly unknown[];
  readonly trace: readonly string[];
}

export async function runPlain({ logic, input, script }: Feature): Promise<Outcome> {
  const trace: string[] = [];
  const emitted: unknown[] = [];
  const clock = new SimulatedClock();
  const root = createActor(
    logic((what) => trace.push(what)),
    {
      id: "root",
      clock,
      logger: () => {},
      ...(input !== undefined && { input }),
    },
  );
  root.on("*", (event: unknown) => emitted.push(event));
  root.subscribe({ error() {} });
  root.start();
  await settled();
  for (const act of script) {
    if ("pass" in act) for (let ms = 0; ms < act.pass; ms++) clock.increment(1);
    if ("pass" in act && act.pass === 0) clock.increment(0);
    if ("send" in act) target(root, act).send(act.send);
    if ("stop" in act) root.stop();
    await settled();
  }
  return { seen: seen(root.getSnapshot()), emitted: emitted.map(plain), trace };
}

function target(root: AnyActorRef, { to = [] }: Extract<Act, { send: unknown }>): AnyActorRef {
  return to.reduce((actor: AnyActorRef, id) => actor.getSnapshot().children[id], root);
}

async function settled(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise(setImmediate);
}
