/** A process with a sandbox in which something sleeps: somebody kills it. Prints the sandbox's view. */
import { openSandbox } from "../../src/agents/sandbox/open-sandbox.ts";

const [marker = "", control = ""] = process.argv.slice(2);
const sandbox = await openSandbox({ controlGroups: control === "groups" });
const sleeping = sandbox.run({ argv: ["sh", "-c", `setsid sleep ${marker} & sleep ${marker}`] });
process.stdout.write("ready\n");
await sleeping;
