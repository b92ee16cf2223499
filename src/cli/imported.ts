/**
 * A user's module as it is loaded: it may end the process, or never come to its end.
 *
 * 1. A process that ends while a module is loaded has not done what it was asked for: its exit code is 2,
 *    and it says so.
 * 2. A module that waits for what nobody will do any more is a fault of the module; of one that waits
 *    for what may still come, a signal ends the wait.
 */

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * @param url of the module.
 * @param called how the user named it.
 * @throws what the module throws; an Error where it never ends.
 */
export async function imported(url: string, called: string): Promise<unknown> {
  const never = Promise.withResolvers<never>();
  const idle = (): void => never.reject(new Error("it waits for something that never comes"));
  const stopped = (): void => never.reject(new Error("it was stopped before it was loaded"));
  const gone = (): void => {
    process.exitCode = 2;
    process.stderr.write(`USAGE: ${called} ended the process as it was loaded\n`);
    process.stderr.write(
      "  → Mend what it does as it is loaded: it is to export, and to start nothing.\n",
    );
  };
  process.once("beforeExit", idle).once("exit", gone);
  for (const signal of SIGNALS) process.once(signal, stopped);
  try {
    return await Promise.race([import(url) as Promise<unknown>, never.promise]);
  } finally {
    process.off("beforeExit", idle).off("exit", gone);
    for (const signal of SIGNALS) process.off(signal, stopped);
  }
}
