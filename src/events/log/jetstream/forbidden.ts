/** What the server does not permit, in Troupe's words: which subject, and which role may. */
import { errors } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";

type Violation = InstanceType<typeof errors.PermissionViolationError>;

/** The violation of a permission that an error is, or was caused by. */
export function violationIn(error: unknown): Violation | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if (at instanceof errors.PermissionViolationError) return at;
  return undefined;
}

/** A role of nats.conf, and the first part of the subjects that it takes to do this. */
const WHO: readonly (readonly [subject: RegExp, operation: string, role: string])[] = [
  [/^\$JS\.API\.STREAM\.(CREATE|UPDATE|DELETE|PURGE|SNAPSHOT|RESTORE)\./, "publish", "admin"],
  [/^troupe\.[^.]+\.(ev|own|snap|msg|work|worker)\./, "publish", "host"],
  [/^\$O\./, "publish", "host"],
  [/^troupe\.[^.]+\.(cmd|msg|work|worker|own)\./, "subscription", "host"],
  [/^troupe\.[^.]+\.cmd\./, "publish", "client or host"],
  [/^\$JS\.API\./, "publish", "observer, client or host"],
];

/** The error for what failed for want of a permission; `undefined` where it failed for another reason. */
export function forbiddenBy(url: string, error: unknown): TroupeError | undefined {
  if (TroupeError.is(error, "LOG_FORBIDDEN")) return error;
  const violation = violationIn(error);
  if (violation !== undefined) return forbidden(url, violation);
  return error instanceof errors.AuthorizationError ? notLetIn(url) : undefined;
}

function notLetIn(url: string): TroupeError {
  return new TroupeError("LOG_FORBIDDEN", `the server of ${url} does not let this user in`, {
    hint: "Name the key that it knows (?nkey=PATH), or user and password; `troupe nats keys` writes the keys into its configuration, which it reads when it starts.",
    data: { url },
  });
}

/** The server refuses a subject to this user. Nothing was done. */
export function forbidden(url: string, { operation, subject, message }: Violation): TroupeError {
  const what = operation === "publish" ? "publish to" : "subscribe to";
  const [, , role] = WHO.find(([pattern, on]) => on === operation && pattern.test(subject)) ?? [];
  return new TroupeError(
    "LOG_FORBIDDEN",
    subject === ""
      ? `the server of ${url} does not permit it: ${message}`
      : `the server of ${url} does not let this user ${what} "${subject}"`,
    {
      hint: `Use the key of ${role === undefined ? "another role" : `a role that may (${role})`}, or give this user the permission in nats.conf.`,
      data: { url, operation, subject },
    },
  );
}
