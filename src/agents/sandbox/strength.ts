/** What holds a sandbox's commands in on this machine, and what of it is weak. */
import type { Driver } from "./drivers.ts";
import type { Launch } from "./launch.ts";
import type { Place } from "./place.ts";
import type { Held, Strength } from "./sandbox.ts";

export function strengthOf({ name }: Driver, { disk }: Place, { groups, pin }: Launch): Strength {
  const bound = (limit: "cpu" | "memory" | "pids", otherwise: string): Held => {
    const by = groups.by.get(limit);
    return by === undefined ? { by: otherwise, weak: true } : { by, weak: false };
  };
  const inside = name === "bubblewrap";
  const open: Held = { by: "nothing", weak: true };
  return {
    cpu: bound(
      "cpu",
      pin.length > 0 ? "keeping to some processors, and watching" : "watching the processes",
    ),
    disk,
    files: inside ? { by: "a mount namespace, read only", weak: false } : open,
    memory: bound("memory", "watching the processes, and a limit on the data of each"),
    network: inside ? { by: "a network namespace without a network", weak: false } : open,
    pids: bound("pids", "watching the processes"),
    time: inside
      ? { by: "a process namespace that is ended as a whole", weak: false }
      : { by: "ending the process group", weak: groups.by.size === 0 },
  };
}

/** The names of what is weak. */
export function weakIn(strength: Strength): readonly (keyof Strength)[] {
  return PARTS.filter((name) => strength[name].weak);
}

const PARTS = ["cpu", "disk", "files", "memory", "network", "pids", "time"] as const;
