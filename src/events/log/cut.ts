/** Positions of engines that number the records of each partition 1, 2, 3, …: `"7"`, `"3.0.12"`. */
import { TroupeError } from "../../errors.ts";
import { strangePosition } from "./faults.ts";
import type { Position } from "./log.ts";

/** The last number seen in each partition. */
export type Cut = readonly number[];

export function formatCut(cut: Cut): Position {
  return cut.join(".");
}

/** @throws {@link TroupeError} `LOG_INCOMPATIBLE` where it is no position of such a log. */
export function parseCut(position: Position | undefined, partitions: number): number[] {
  if (position === undefined) return Array.from({ length: partitions }, () => 0);
  const cut = position.split(".");
  if (cut.length !== partitions || !cut.every((part) => /^(0|[1-9][0-9]{0,14})$/.test(part)))
    throw strangePosition(position, partitions);
  return cut.map(Number);
}

/** @throws {@link TroupeError} `USAGE` for a partition that the log does not have. */
export function assertPartition(partition: number | undefined, partitions: number): void {
  if (partition === undefined) return;
  if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return;
  throw new TroupeError("USAGE", `there is no partition ${partition}: the log has ${partitions}`, {
    hint: `Name a partition from 0 to ${partitions - 1}.`,
    data: { partition, partitions },
  });
}
