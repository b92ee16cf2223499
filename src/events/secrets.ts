/**
 * Which environment variables hold secrets: their values are never written to the log
 * (S2) — not from a plan, and not from what a command prints.
 */

const SECRET_NAME =
  /(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|AUTH|COOKIE|CREDENTIALS?|DSN|PRIVATE)S?($|_)/i;

/** Names of the list above that hold no secret. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(["PWD", "OLDPWD"]);

/** Shorter values would redact half of what a command prints. */
const MIN_LENGTH = 4;

/** Settings, not secrets: `MAX_TOKENS=4096`, `USE_AUTH=true`. A long number may well be one. */
const PLAIN_VALUE = /^(true|false|none|null|auto|[0-9]{1,6})$/i;

/** Whether a variable holds a secret, judged by its name and value. */
export function isSecret(name: string, value: string): boolean {
  if (value.length < MIN_LENGTH || PLAIN_VALUE.test(value)) return false;
  return SECRET_NAME.test(name) && !PLAIN_NAMES.has(name.toUpperCase());
}

/** The secret values among these variables. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isSecret(name, value) ? [value] : [],
  );
}
