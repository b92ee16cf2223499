#!/usr/bin/env node
// Plain JavaScript that any Node can read, so that an old one gets a message and not a stack.
const major = Number.parseInt(process.versions.node, 10);
if (major < 24) {
  console.error(`troupe needs Node >= 24, this is ${process.version}`);
  console.error("  → Install Node 24, or in a clone run `npm ci`, which brings its own.");
  process.exit(1);
}
await import("../dist/cli/main.js");
