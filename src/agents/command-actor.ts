/**
 * The `command` that tasks invoke: {@link runCommand} as an activity.
 *
 * - After a crash the command runs again; `TROUPE_EFFECT` (the idempotency key) is the same then, and
 *   `TROUPE_EXECUTION` counts up, so that a careful command can tell.
 */
import { mkdir } from "node:fs/promises";
import type { PromiseActorLogic } from "xstate";
import { activity } from "../actors/activity.ts";
import type { CommandInput, CommandResult } from "../events/command-result.ts";
import { notMade } from "./command-faults.ts";
import { runCommand, type RunOptions } from "./command.ts";

/** @param options as for {@link runCommand}; the signal is the activity's. */
export function commandActor(
  options: Omit<RunOptions, "signal"> = {},
): PromiseActorLogic<CommandResult, CommandInput> {
  return activity<CommandInput, CommandResult>(
    async ({ input: { artifacts, ...command }, signal, idempotencyKey, fence }) => {
      await mkdir(artifacts, { recursive: true }).catch((cause: unknown) => {
        throw notMade(artifacts, cause);
      });
      const env = {
        ...command.env,
        TROUPE_EFFECT: idempotencyKey,
        TROUPE_EXECUTION: String(fence.attempt),
      };
      return runCommand({ ...command, env }, { ...options, signal });
    },
  );
}
