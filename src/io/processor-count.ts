// How many threads of this process can run at once; waiting by spinning is only worth it above one.

import { availableParallelism } from 'node:os';

/** Processors that this process may use, at least 1. */
export function processorCount(): number {
  return Math.max(1, availableParallelism());
}
