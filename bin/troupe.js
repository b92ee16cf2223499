#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a message and not a stack.
import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);
if (Number.parseInt(process.versions.node, 10) < 24)
  refuse(`troupe needs Node >= 24, this is ${process.version}`);
if (!existsSync(main)) refuse("troupe is not built");
await import(main.href);

function refuse(message) {
  console.error(
    `${message}\n  → Install Node 24; in a clone, run \`npm ci\`, which brings its own and builds.`,
  );
  process.exit(1);
}
