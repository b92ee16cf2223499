/** What steps asked for, and what of it is open, as plain data. */
import type { NumberedEffect } from "../actors/advance.ts";
import { markOf } from "../actors/causes.ts";
import type { Fold, Owed } from "../actors/fold.ts";
import type { RecordBody } from "../events/record.ts";
import { brief } from "./brief.ts";
import type { EffectSeen, OpenSeen } from "./moment.ts";

/** @param at when the record was written, epoch ms. */
export function effectSeen(
  { id, effect }: NumberedEffect,
  { dues }: Pick<RecordBody, "dues">,
  at: number,
): EffectSeen {
  switch (effect.type) {
    case "action":
      return { id, type: "action", name: effect.name, params: brief(effect.params ?? null) };
    case "send":
      return { id, type: "send", to: effect.to, event: effect.event };
    case "start": {
      const { address, src, logicType: logic, input = null } = effect.child;
      return { id, type: "start", address, src, logic, input };
    }
    case "stop":
      return { id, type: "stop", address: effect.child };
    case "timer": {
      const { timer: name, to, event, delayMs } = effect;
      const dueAt = dues?.[String(markOf(id).index)] ?? at + delayMs;
      return { id, type: "timer", name, to, event, dueAt };
    }
    case "cancel":
      return { id, type: "cancel", name: effect.timer };
    case "emit":
      return { id, type: "emit", event: effect.event };
  }
}

export function openIn({ timers, residents, outbox, actions }: Fold): OpenSeen {
  return {
    timers: [...timers.values()].map(({ name, to, event, dueAt }) => ({ name, to, event, dueAt })),
    activities: [...residents.values()].map(
      ({ child: { address, src }, startedAt, failures, recoveries, retryAt = null }) => {
        return { address, src, startedAt, attempt: 1 + failures + recoveries, retryAt };
      },
    ),
    outbox: [...outbox.values()].map(owedSeen),
    actions: [...actions.values()].map(({ id, name }) => ({ id, name })),
  };
}

function owedSeen(owed: Owed): OpenSeen["outbox"][number] {
  const { id, type } = owed;
  switch (owed.type) {
    case "send":
      return { id, type, to: owed.to, event: owed.event.type };
    case "start":
      return { id, type, to: owed.child.address, event: null };
    case "stop":
      return { id, type, to: owed.child, event: null };
  }
}
