/**
 * The order in which test files run: what takes longest begins first, so that no core waits for the
 * last of it. In a fresh clone nothing else tells the runner, which takes large files for long ones.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONGEST = [
  "tests/crash/",
  "tests/simulation/",
  "tests/chaos/",
  "tests/scenarios/cli-process.test.ts",
  "tests/scenarios/example-plan.test.ts",
  "tests/readme.test.ts",
  "tests/contract/jetstream-",
  "tests/laws/ends.test.ts",
  "tests/scenarios/",
];

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((part) => moduleId.includes(part));
  return rank === -1 ? LONGEST.length : rank;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
