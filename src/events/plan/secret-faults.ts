/** Faults of variables: what is named like a secret does not stand in a plan, since plans are recorded. */
import { isSecret } from "../secrets.ts";
import { faultOfKey, isRecord, isText, type Fault, type Steps } from "./fault.ts";
import type { Sketch } from "./sketch.ts";

/** Secrets in an `env`; not left to the schema, which looks no further where a type is wrong. */
export function secretFaults({ fields, tasks }: Sketch): readonly Fault[] {
  const agents = Object.entries(isRecord(fields["agents"]) ? fields["agents"] : {});
  return [
    ...secretsIn(fields, []),
    ...agents.flatMap(([name, agent]) => secretsIn(agent, ["agents", name])),
    ...tasks.flatMap((task) => secretsIn(task.fields, ["tasks", task.at])),
  ];
}

function secretsIn(holder: unknown, path: Steps): readonly Fault[] {
  const env = isRecord(holder) && isRecord(holder["env"]) ? holder["env"] : {};
  return Object.entries(env).flatMap(([name, value]) =>
    isText(value) && isSecret(name, value)
      ? faultOfKey(
          [...path, "env", name],
          "it is named like a secret, and plans are recorded",
          `List "${name}" under passEnv and set it in the shell that runs troupe.`,
        )
      : [],
  );
}
