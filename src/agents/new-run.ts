/** A new run: its id, and where its folder lies. */
import { randomInt } from "node:crypto";
import { dirname, resolve } from "node:path";

/** Made to be typed: the plan's name and four letters that no other run of it has, most likely. */
export function newRunId(name: string): string {
  const letters = Array.from({ length: 4 }, () =>
    "abcdefghjkmnpqrstuvwxyz23456789".charAt(randomInt(31)),
  );
  const word = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-|-$/g, "");
  return `${word === "" ? "run" : word}-${letters.join("")}`;
}

/** Where runs leave what they make: beside a log that is a file, else in the folder where they are started. */
export function runsFolder(url: string, folder: string): string {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  return path === undefined ? resolve(folder, ".troupe/runs") : resolve(folder, dirname(path), "runs");
}
