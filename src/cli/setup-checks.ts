/** Whether a machine is set up for Troupe (S3-055): Node, the broker, the sandbox, the schemas. */
import type { Environment } from "../agents/environment.ts";
import { openSandbox } from "../agents/sandbox/open-sandbox.ts";
import { weakIn } from "../agents/sandbox/strength.ts";
import { TroupeError } from "../errors.ts";
import { parsePlan } from "../events/plan/text.ts";
import { failed, type Check } from "./check.ts";
import { span } from "./paper.ts";
import { openExisting } from "./shell.ts";

/** Each must be well. @param url of the log; on NATS its server is the broker. */
export async function setupChecks(url: string, env: Environment): Promise<readonly Check[]> {
  return [nodeCheck(), await brokerCheck(url), await sandboxCheck(env), schemaCheck()];
}

export function nodeCheck(): Check {
  const ok = Number.parseInt(process.versions.node, 10) >= 24;
  const check = { name: "node", ok, found: process.version };
  return ok ? check : { ...check, hint: "Install Node 24 or newer." };
}

/** Opens one and runs a command in it. */
export async function sandboxCheck(env: Environment): Promise<Check> {
  const name = "sandbox";
  try {
    await using sandbox = await openSandbox({ hostEnv: env });
    const { driver, strength } = sandbox;
    const { exitCode, error = `ended with ${exitCode}` } = await sandbox.run({ argv: ["true"] });
    if (exitCode !== 0) return { name, ok: false, found: `${driver}: ${error}` };
    const weak = weakIn(strength).map((limit) => `${limit} (${strength[limit].by})`);
    const found = weak.length === 0 ? "no limit is weak here" : `weak here: ${weak.join(", ")}`;
    return { name, ok: true, found: `${driver}, ${found}` };
  } catch (error) {
    return failed(name, error);
  }
}

/** Of what not everybody needs: it is told, but nothing is wrong. */
export function advice(check: Check): Check {
  return check.ok ? check : { ...check, ok: true, found: `there is none: ${check.found}` };
}

async function brokerCheck(url: string): Promise<Check> {
  const name = "broker";
  if (!/^(nats|tls):/.test(url))
    return { name, ok: true, found: "none is needed: the log is no server's" };
  const began = performance.now();
  const answered = (): string => `answers after ${span(performance.now() - began)}`;
  try {
    await using _log = await openExisting(url, { readOnly: true });
    return { name, ok: true, found: answered() };
  } catch (error) {
    if (!TroupeError.is(error, "LOG_NOT_FOUND")) return failed(name, error);
    return { name, ok: true, found: `${answered()}; it has no such log yet` };
  }
}

const GOOD = "name: good\ntasks:\n  - { id: a, run: 'true' }\n";
const BAD = "name: bad\ntasks:\n  - { id: a, run: 'true', dependsOn: [b] }\n";

/** Takes a good plan, refuses a bad one. */
function schemaCheck(): Check {
  const name = "schemas";
  try {
    parsePlan(GOOD, "good");
  } catch (error) {
    return failed(name, error);
  }
  try {
    parsePlan(BAD, "bad");
  } catch (error) {
    if (!TroupeError.is(error, "PLAN_INVALID")) return failed(name, error);
    return { name, ok: true, found: "a good plan is taken, a bad one refused" };
  }
  return { name, ok: false, found: "a plan with an unknown task was taken" };
}
