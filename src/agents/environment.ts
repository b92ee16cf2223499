/**
 * The environment of a command: an allow-list, what the plan gives, and nothing else of the
 * host's (S2).
 */
import { secretsOf } from "../events/secrets.ts";
import type { CommandInput } from "../events/command-result.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a command needs to work at all; none of it is secret. */
const ALLOWED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|TMP|TEMP|NO_COLOR|SYSTEMROOT|COMSPEC|PATHEXT)$/i;

/** The variables that a command gets. */
export function commandEnvironment(
  { env, passEnv }: Pick<CommandInput, "env" | "passEnv">,
  host: Environment,
): Readonly<Record<string, string>> {
  const passed = new Set(passEnv);
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(host))
    if (value !== undefined && (ALLOWED.test(name) || passed.has(name))) own[name] = value;
  return { ...own, ...env };
}

/** The values that must not be recorded: of the host's secrets, the plan's, and all that was passed. */
export function knownSecrets(
  { env, passEnv }: Pick<CommandInput, "env" | "passEnv">,
  host: Environment,
): readonly string[] {
  const passed = passEnv.flatMap((name) => host[name] ?? []);
  return [...secretsOf(host), ...secretsOf(env), ...passed];
}
