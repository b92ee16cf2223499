/**
 * Takes the commands of a host with it when the host dies, however it dies.
 *
 * A command lives in a process group of its own, so `kill -9` of its host would leave it
 * running beside the one that the next owner starts. One small shell per host reads the
 * groups that live; when its input closes, the host is gone, and it kills them.
 *
 * - Between the birth of a command and the line that says so lies a fraction of a millisecond
 *   in which a killed host leaves it behind.
 * - It cannot help where the whole machine dies (nothing is left) or where a group is left
 *   on purpose (`setsid`).
 * - It never keeps the host alive.
 */
import { spawn, type ChildProcess } from "node:child_process";

/** Constant text; group ids are its input, never part of it. */
const SCRIPT = `
live=
while read -r verb group; do
  if [ "$verb" = add ]; then live="$live $group"; continue; fi
  rest=
  for one in $live; do [ "$one" = "$group" ] || rest="$rest $one"; done
  live=$rest
done
for one in $live; do kill -KILL "-$one" 2>/dev/null; done
exit 0`;

const live = new Set<number>();
let reaper: ChildProcess | undefined;

/** Makes sure that the watch stands: to be called before a command starts, as starting takes a while. */
export function readyReaper(): void {
  if (reaper === undefined) startReaper();
}

/** Has a group killed should this process die first. @returns what ends the watch. */
export function watchGroup(group: number): () => void {
  live.add(group);
  reaper?.stdin?.write(`add ${group}\n`);
  return () => {
    live.delete(group);
    reaper?.stdin?.write(`drop ${group}\n`);
  };
}

function startReaper(): void {
  if (process.platform === "win32") return;
  const child = spawn("/bin/sh", ["-c", SCRIPT], {
    cwd: "/",
    detached: true,
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
  });
  // should it die, the next command starts another, which learns of all that live
  const forget = (): void => {
    if (reaper === child) reaper = undefined;
  };
  child.on("error", forget).on("exit", forget).unref();
  child.stdin.on("error", forget);
  if ("unref" in child.stdin && typeof child.stdin.unref === "function") child.stdin.unref();
  for (const group of live) child.stdin.write(`add ${group}\n`);
  reaper = child;
}
