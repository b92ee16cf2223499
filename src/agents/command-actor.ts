/**
 * The `command` that tasks invoke: {@link runCommand} as an activity.
 *
 * - After a crash the command runs again; `TROUPE_EFFECT` (the idempotency key) is the same then, and
 *   `TROUPE_EXECUTION` counts up, so that a careful command can tell.
 * - With a work package it is an agent: it finds the package in the file `$TROUPE_PACKAGE`, its
 *   first output in `$TROUPE_OUTPUT`, and may answer JSON in the file `$TROUPE_RESULT`.
 */
import { mkdir } from "node:fs/promises";
import type { PromiseActorLogic } from "xstate";
import { activity } from "../actors/activity.ts";
import type { CommandInput, CommandResult } from "../events/command-result.ts";
import type { WorkPackage } from "../events/work.ts";
import { notMade } from "./command-faults.ts";
import { runCommand, type RunOptions } from "./command.ts";
import { knownSecrets } from "./environment.ts";
import { prepareWork, readResult, type WorkFiles } from "./work-files.ts";

/** @param options as for {@link runCommand}; the signal is the activity's. */
export function commandActor(
  options: Omit<RunOptions, "signal"> = {},
): PromiseActorLogic<CommandResult, CommandInput> {
  return activity<CommandInput, CommandResult>(
    async ({ input: { artifacts, package: work, ...command }, signal, idempotencyKey, fence }) => {
      await mkdir(artifacts, { recursive: true }).catch((cause: unknown) => {
        throw notMade(artifacts, cause);
      });
      const files = work && (await prepareWork(artifacts, work, idempotencyKey));
      const env = {
        ...(work && files && workEnvironment(work, files)),
        ...command.env,
        TROUPE_EFFECT: idempotencyKey,
        TROUPE_EXECUTION: String(fence.attempt),
      };
      const result = await runCommand({ ...command, env }, { ...options, signal });
      if (files === undefined || !endedWell(result)) return result;
      const hidden = [...(options.secrets ?? []), ...knownSecrets(command, options.env ?? process.env)];
      const data = await readResult(files, hidden);
      return data === undefined ? result : { ...result, data: data as NonNullable<typeof result.data> }; // zod's own JSON type is mutable
    },
  );
}

/** What a command that failed left behind says nothing. */
function endedWell({ exitCode }: CommandResult): boolean {
  return exitCode === 0;
}

function workEnvironment({ outputs }: WorkPackage, files: WorkFiles): Readonly<Record<string, string>> {
  const [output] = outputs;
  return {
    TROUPE_PACKAGE: files.package,
    TROUPE_RESULT: files.result,
    ...(output !== undefined && { TROUPE_OUTPUT: output }),
  };
}
