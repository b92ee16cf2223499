/** A thread that plays series of workflows. */
import { parentPort } from "node:worker_threads";
import { Theatre } from "./workflows-drama.ts";
import { WAYS, type Series } from "./workflows-series.ts";

const theatre = new Theatre();
Error.stackTraceLimit = 0; // most errors are planned

parentPort?.on("message", (series: Series) => void run(series));

async function run({ way, name, times }: Series): Promise<void> {
  parentPort?.postMessage(await WAYS[way](theatre, name, times));
}
