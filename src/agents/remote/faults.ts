/** What goes wrong with agents elsewhere, in two codes: it may pass by itself, or it will not. */
import type { Msg } from "@nats-io/transport-node";
import { TroupeError } from "../../errors.ts";
import { wordsOf } from "../thrown.ts";
import { ERROR_CODE, ERROR_WORDS, ErrorBody, jsonIn } from "./protocol.ts";

/** As much of an agent's words as a message holds, in characters. */
const SHOWN = 300;

type Facts = Readonly<Record<string, unknown>>;

/** Asked again, it fails again. */
export function remoteFailed(who: string, why: string, hint: string, facts: Facts = {}): TroupeError {
  return new TroupeError("REMOTE_FAILED", `the remote agent ${who} ${shown(why)}`, {
    hint,
    data: { agent: who, ...facts },
  });
}

/** It may pass by itself. */
export function remoteUnavailable(who: string, why: string, facts: Facts = {}): TroupeError {
  return new TroupeError("REMOTE_UNAVAILABLE", `the remote agent ${who} ${shown(why)}`, {
    hint: "Check that it runs and can be reached (`nats req '$SRV.INFO.agents' ''`), then ask again.",
    data: { agent: who, ...facts },
  });
}

/** A server that is not there, or lets nobody in. */
export function serverUnavailable(url: string, cause: unknown): TroupeError {
  const message = `the NATS server ${url} cannot be reached: ${wordsOf(cause)}`;
  return new TroupeError("REMOTE_UNAVAILABLE", message, {
    hint: "Check that it runs there, and that it takes these credentials.",
    data: { url },
  });
}

/** Statuses of an agent that is busy. */
const PASSING: ReadonlySet<string> = new Set(["409", "429", "503"]);

/** What a message says that went wrong; undefined where it says nothing of that kind. */
export function errorIn({ headers, data }: Msg, who: string): TroupeError | undefined {
  if (headers?.code === 503)
    return remoteUnavailable(who, "is not there: nobody listens on its subject");
  const status = headers?.get(ERROR_CODE) ?? "";
  if (status === "") return undefined;
  const said = ErrorBody.safeParse(jsonIn(data)).data ?? {};
  const words = said.message ?? wordsIn(headers?.get(ERROR_WORDS), said.error);
  const why = `says that it failed (status ${shown(status, 20)}): ${words}`;
  if (PASSING.has(status)) return remoteUnavailable(who, why, { status, ...pauseIn(said) });
  return remoteFailed(who, why, "Look into the agent's own log.", { status: shown(status, 20) });
}

function wordsIn(...words: readonly (string | undefined)[]): string {
  return words.find((one) => one !== undefined && one !== "") ?? "it says no more";
}

function pauseIn({ retry_after_s: seconds }: ErrorBody): { readonly retryAfterMs?: number } {
  return seconds === undefined ? {} : { retryAfterMs: Math.ceil(seconds * 1000) };
}

function shown(text: string, most = SHOWN): string {
  const line = text.replaceAll(/\p{Cc}+/gu, " ");
  return line.length <= most ? line : `${line.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
