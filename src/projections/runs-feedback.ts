/** What people think of the executions of a run. */
import { FeedbackFact } from "../events/feedback.ts";
import type { RunRecord } from "./runs.ts";
import type { RunView } from "./runs-view.ts";

/** What somebody thinks of an execution. */
export interface FeedbackView {
  readonly task: string;
  /** Absent: the last one at that time. */
  readonly attempt?: number | undefined;
  /** 1 to 5. */
  readonly rating: number;
  readonly comment?: string | undefined;
  readonly by?: string | undefined;
  readonly givenAt: number;
}

/** What people think of a run moves it no further. */
export function withFeedback(view: RunView, { at, body }: RunRecord): RunView {
  const given = (body.facts ?? []).flatMap((found): readonly FeedbackView[] => {
    const { data } = FeedbackFact.safeParse(found);
    return data === undefined ? [] : [{ ...data.data, givenAt: at }];
  });
  return given.length === 0 ? view : { ...view, feedback: [...view.feedback, ...given] };
}
