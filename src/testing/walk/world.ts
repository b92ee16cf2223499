/**
 * Clock and chance of the process, as a step would find them: for the time of one synchronous call
 * they answer what a world says, and note who asked.
 *
 * `import { randomUUID } from "node:crypto"` is not reached; but it never answers the same twice,
 * so a step that asks it differs anyway.
 */
export interface World {
  /** Epoch ms. */
  readonly now: number;
  /** 0 to 1, without 1: one number for all that is asked, or one each time. */
  readonly chance: number | (() => number);
  /** Hears the name of what is asked. */
  readonly asked?: Set<string>;
}

/** Does a piece of synchronous work in a world. */
export function inWorld<T>({ now, chance, asked }: World, work: () => T): T {
  const ask = <V>(name: string, value: V): V => {
    asked?.add(name);
    return value;
  };
  const drawn = typeof chance === "number" ? () => chance : chance;
  const restore = [
    put(
      globalThis,
      "Date",
      clockOf(() => ask("Date", now)),
    ),
    put(Math, "random", () => ask("Math.random", drawn())),
    put(performance, "now", () => ask("performance.now", now % 1e9)),
    put(crypto, "randomUUID", () => ask("crypto.randomUUID", uuidOf(drawn()))),
  ];
  try {
    return work();
  } finally {
    for (const undo of restore) undo();
  }
}

function uuidOf(chance: number): ReturnType<typeof crypto.randomUUID> {
  const digits = String(Math.floor(chance * 1e12)).padStart(12, "0");
  return `00000000-0000-4000-8000-${digits}`;
}

/** `Date` itself, but for what it says of now. */
function clockOf(now: () => number): DateConstructor {
  return new Proxy(Date, {
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key, target)),
    construct: (target, args, self) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, self),
    apply: (target) => new target(now()).toString(),
  });
}

function put<T extends object, K extends keyof T>(owner: T, key: K, value: T[K]): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, key);
  Object.defineProperty(owner, key, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(owner, key);
    else Object.defineProperty(owner, key, before);
  };
}
