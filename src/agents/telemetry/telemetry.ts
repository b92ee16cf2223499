/** Loggers of telemetry: into a log, where each line is an actor; and into a file of JSON lines. */
import { appendFile } from "node:fs/promises";
import type { Actors } from "../../actors/face.ts";
import { TroupeError } from "../../errors.ts";
import { telemetryAddress } from "../../events/telemetry/batch.ts";
import { loggerTo, type LoggerOptions, type TelemetryLogger } from "./logger.ts";
import type { TelemetryKind } from "./telemetry-kind.ts";

/** What a host and a client offer, whatever other kinds they have. */
export type TelemetryActors = Pick<Actors<readonly [TelemetryKind]>, "~kinds" | "start">;

/**
 * A logger into a log.
 *
 * @param actors a host or a client with `telemetryKind` among its kinds.
 */
export function telemetry(actors: TelemetryActors, options: LoggerOptions = {}): TelemetryLogger {
  return loggerTo(async (line) => {
    await actors.start(telemetryAddress([line]), { input: { lines: [line] } });
  }, options);
}

/**
 * A logger into a file, which is made with the first line; `troupe import` reads it. A line is
 * appended whatever the length of the file; a process that dies while it writes leaves a part of
 * one line at most.
 *
 * @throws {@link TroupeError} from its methods: `FILE_NOT_WRITTEN`.
 */
export function telemetryFile(path: string, options: LoggerOptions = {}): TelemetryLogger {
  let last: Promise<unknown> = Promise.resolve();
  return loggerTo(async (line) => {
    // one after the other, so that lines stand in the order in which they were logged
    const written = last.then(() => appendFile(path, `${JSON.stringify(line)}\n`, { flush: true }));
    last = written.catch(() => {});
    await written.catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TroupeError("FILE_NOT_WRITTEN", `"${path}" could not be written: ${why}`, {
        hint: "Name a file in a folder that you can write to.",
        data: { path },
        cause,
      });
    });
  }, options);
}
