/** Warnings about a machine, each said once for that machine and not at every step. */
export function warnOnce(logger: (message: string) => void): (logic: object, message: string) => void {
  const said = new WeakMap<object, Set<string>>();
  return (logic, message) => {
    const before = said.get(logic) ?? new Set();
    said.set(logic, before);
    const kind = message.replace(/ in \S+/, "");
    if (before.has(kind)) return;
    before.add(kind);
    logger(message);
  };
}
