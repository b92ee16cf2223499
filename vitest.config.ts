import { defineConfig } from "vitest/config";
import { ClosingLine } from "./tests/support/closing-line.ts";
import { LongestFirst } from "./tests/support/longest-first.ts";

// Without install scripts there is no local Node 24, and npm falls back to the system's Node in silence.
if (Number.parseInt(process.versions.node, 10) < 24)
  throw new Error(
    `the tests need Node >= 24, this is ${process.version}: run \`npm ci\` with install scripts allowed`,
  );

export default defineConfig({
  resolve: { conditions: ["@troupe/source"] },
  ssr: { resolve: { conditions: ["@troupe/source"], externalConditions: ["@troupe/source"] } },
  test: {
    globalSetup: ["shared-nats", "bubblewrap", "caches"].map((file) => `tests/support/${file}.ts`),
    setupFiles: ["tests/support/seed.ts"],
    include: ["tests/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 3, // for two cores: many tests wait for servers, processes and leases
    isolate: false,
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ["default", new ClosingLine()],
  },
});
