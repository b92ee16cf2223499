/** `troupe cancel ID`: ends a run or a task; what runs of it is stopped. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import { stateLabel } from "../../projections/runs-view.ts";
import { addCommand, addressOf, noSuchRun, openExisting, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  reason: z.string().optional(),
});

/** How long to wait for a recorded cancellation to be carried out. */
const WAIT_MS = 10_000;

export function addCancel(program: Command, shell: Shell): void {
  addCommand(program, "cancel", "Cancel a run, or one task of it.")
    .argument("<id>", "a run's id, or an address such as task/RUN:TASK")
    .option("--reason <text>", "why; it is recorded")
    .action((id: string, options: unknown) => cancel(shell, id, Options.parse(options)));
}

async function cancel(
  shell: Shell,
  id: string,
  { log: url, json, reason }: z.infer<typeof Options>,
): Promise<void> {
  const address = cancellable(addressOf(id));
  await using log = await openExisting(url);
  await using client = await connect({ log, kinds: planKinds({ env: shell.env }) });
  const actor = client.actor(address);
  const event = { type: "CANCEL", ...(reason === undefined ? {} : { reason }) } as const;
  const { seq } = await actor.send(event).catch(async (error: unknown) => {
    if (TroupeError.is(error, "ACTOR_NOT_FOUND")) throw noSuchRun(id, log.url);
    if (!TroupeError.is(error, "EVENT_REFUSED")) throw error;
    const { status, value } = await actor.snapshot();
    throw status === "active" ? error : over(id, stateLabel(status, value));
  });
  const done = await Promise.race([
    actor
      .waitFor(({ status }) => status !== "active", { signal: shell.stop })
      .then(
        ({ value }) => JSON.stringify(value).replaceAll('"', ""),
        () => undefined,
      ),
    sleep(WAIT_MS, undefined, { ref: false }),
  ]);
  const { terminal } = shell;
  if (json) terminal.out(JSON.stringify({ address, seq, state: done ?? null }));
  else if (done === undefined) terminal.out(`${address}: the cancellation is recorded (${seq})`);
  else terminal.out(`${address}: ${done}`);
}

function over(id: string, state: string): TroupeError {
  return new TroupeError("EVENT_REFUSED", `"${id}" is over already: ${state}`, {
    hint: "Look at it with `troupe show`; there is nothing left to cancel.",
    data: { id, state },
  });
}

type Cancellable = `workflow/${string}` | `task/${string}`;

function cancellable(address: string): Cancellable {
  const { kind } = parseAddress(address);
  if (kind === "workflow" || kind === "task") return address as Cancellable; // its kind was just looked at
  throw new TroupeError("USAGE", `an actor of kind "${kind}" cannot be cancelled`, {
    hint: "Name a run, or a task as task/RUN:TASK.",
  });
}
