/**
 * What an actor costs: per step against what it holds (A13), and W1 on the engines beside plain
 * XState and the naive way. `node bench/actor.bench.ts [--json]`. See BENCHMARKS.md.
 */
import { print } from "./measure.ts";
import { contextSizes, logLengths, spawns } from "./sizes.ts";
import { w1 } from "./w1.ts";

print([await w1(), await contextSizes(), await logLengths(), await spawns()]);
