/**
 * - A3. Every acknowledged command stands in the log, in the record that the answer named.
 * - A9. No command stands there twice, however often it was sent.
 */
import type { Evidence } from "./drill-check.ts";
import type { Step } from "./drill-history.ts";

export function checkAnswers({ plan, lives, actors, fault }: Evidence): void {
  const steps = plan.bursts.flatMap((burst) => burst.steps);
  const recorded = recordedCommands(actors, fault);
  for (const [index, seq] of answersOf(lives, fault)) {
    const place = placeOf(steps[index], recorded);
    const told = `${steps[index]?.to} ${seq}`;
    if (place !== told) fault(`step ${index} was acknowledged as ${told}, the log has it as ${place}`);
  }
  const last = lives.at(-1)?.said ?? [];
  for (const [index, step] of steps.entries()) {
    const told = last.find((one) => "step" in one && one.step === index);
    if (told === undefined) fault(`step ${index} got no answer in the last life`);
    else if (isTakenAlways(step) && told.said !== "answer") fault(`step ${index} was refused`);
  }
}

function isTakenAlways(step: Step): boolean {
  return "start" in step || step.to.startsWith("desk/");
}

/** The seq that each step was acknowledged with; once so, no later life may say otherwise. */
function answersOf(lives: Evidence["lives"], fault: Evidence["fault"]): Map<number, number> {
  const answers = new Map<number, number>();
  for (const { life, said } of lives)
    for (const one of said) {
      if (one.said !== "answer" && one.said !== "refused") continue;
      const before = answers.get(one.step);
      const now = one.said === "answer" ? one.seq : one.code;
      if (before !== undefined && before !== now)
        fault(`life ${life} answers step ${one.step} with ${now}, an earlier one with ${before}`);
      if (one.said === "answer") answers.set(one.step, one.seq);
    }
  return answers;
}

/** The place of each command, `start` included. */
function recordedCommands(
  actors: Evidence["actors"],
  fault: Evidence["fault"],
): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const { address, steps } of actors.values())
    for (const { seq, cause, body } of steps) {
      if ((body.born !== undefined) !== (seq === 1)) fault(`${address}: a birth at ${seq}`);
      const id = cause?.startsWith("cmd:") === true ? cause : undefined;
      const key = body.born === undefined ? id : `start:${address}`;
      if (key === undefined) continue;
      if (places.has(key)) fault(`${key} stands at ${places.get(key)} and at ${address} ${seq}`);
      places.set(key, `${address} ${seq}`);
    }
  return places;
}

function placeOf(step: Step | undefined, places: ReadonlyMap<string, string>): string | undefined {
  if (step === undefined) return undefined;
  return places.get("start" in step ? `start:${step.to}` : `cmd:${step.id}`);
}
