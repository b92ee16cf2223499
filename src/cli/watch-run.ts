/**
 * Follows runs through the log and shows how they go, until they are over.
 *
 * - The log is the only source: the same view comes of a run in this process, in another, or
 *   of one that was over long ago.
 */
import type { Actors } from "../actors/face.ts";
import type { AnyKind } from "../actors/kind.ts";
import type { Position } from "../events/log/log.ts";
import { parseAddress } from "../events/address.ts";
import { agentNews, news, picture } from "./live-view.ts";
import { painter } from "./painter.ts";
import { evolveRun } from "../projections/runs.ts";
import type { RunView } from "../projections/runs-view.ts";
import { asks } from "./standing.ts";
import { tameLine, type Terminal } from "./terminal.ts";

export type Runs = ReadonlyMap<string, RunView>;

type Source = Pick<Actors<readonly AnyKind[]>, "records">;

export interface WatchOptions {
  /** What was seen before. */
  readonly known?: Runs;
  readonly after?: Position;
  readonly signal: AbortSignal;
  /** Whether enough was seen. */
  readonly enough: (runs: Runs) => boolean;
  /** Called behind each record. */
  readonly seen?: (runs: Runs, run: string) => void;
}

/** Follows all runs until enough was seen, or the signal aborts. */
export async function watchRuns(source: Source, options: WatchOptions): Promise<Runs> {
  const { after, signal, enough, seen } = options;
  const runs = new Map<string, RunView>(options.known);
  if (enough(runs)) return runs;
  const end = new AbortController();
  const both = AbortSignal.any([signal, end.signal]);
  const scan = { live: true, signal: both, ...(after === undefined ? {} : { after }) };
  for await (const record of source.records(scan)) {
    const { root } = parseAddress(record.stream);
    const view = evolveRun(runs.get(root), record);
    if (view === undefined) continue;
    runs.set(root, view);
    seen?.(runs, root);
    if (enough(runs)) end.abort();
  }
  return runs;
}

const REPAINT_MS = 100;

export interface Show {
  /** Some run has moved. */
  moved(runs: Runs, run: string): void;
  /** A line of talk, above the picture where there is one. */
  say(line: string): void;
  end(): void;
}

/**
 * Shows runs as they move: painted over where the terminal can, else a line per change.
 *
 * @param known what is no news.
 */
export function showRuns(terminal: Terminal, wanted: (run: string) => boolean, known: Runs): Show {
  const told = new Map<string, RunView>([...known].filter(([run]) => wanted(run)));
  return terminal.live ? liveShow(terminal, wanted, told) : plainShow(terminal, wanted, told);
}

function plainShow(
  terminal: Terminal,
  wanted: (run: string) => boolean,
  told: Map<string, RunView>,
): Show {
  for (const line of [...told.values()].flatMap(asks)) terminal.err(tameLine(line));
  return {
    moved(runs, run) {
      const view = runs.get(run);
      if (view === undefined || !wanted(run)) return;
      const before = told.get(run);
      told.set(run, view);
      view.tasks.forEach((task, at) => {
        const old = before?.tasks[at];
        const line = old === task ? undefined : news(old, task, view.movedAt);
        if (line !== undefined) terminal.err(line);
      });
      for (const agent of view.agents) {
        const old = before?.agents.find(({ address }) => address === agent.address);
        const line = old === agent ? undefined : agentNews(old, agent);
        if (line !== undefined) terminal.err(line);
      }
      for (const line of newAsks(before, view)) terminal.err(tameLine(line));
    },
    say: (line) => terminal.err(line),
    end() {},
  };
}

/** What people are asked now and were not asked before. */
function newAsks(before: RunView | undefined, view: RunView): readonly string[] {
  const old = before === undefined ? [] : asks(before);
  return asks(view).filter((line) => !old.includes(line));
}

function liveShow(
  terminal: Terminal,
  wanted: (run: string) => boolean,
  views: Map<string, RunView>,
): Show {
  const canvas = painter(terminal);
  const repaint = (): void => {
    const shown = [...views.values()];
    const rows = Math.max(4, Math.floor(terminal.rows / Math.max(1, shown.length)));
    const { colour, columns } = terminal;
    canvas.paint(shown.flatMap((view) => picture(view, Date.now(), { colour, columns, rows })));
  };
  const timer = setInterval(repaint, REPAINT_MS);
  return {
    moved(runs, run) {
      const view = runs.get(run);
      if (view !== undefined && wanted(run)) views.set(run, view);
    },
    say(line) {
      canvas.clear();
      terminal.err(line);
    },
    end() {
      clearInterval(timer);
      repaint();
    },
  };
}
