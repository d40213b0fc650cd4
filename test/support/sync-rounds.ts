// Rounds of the syncer with something else happening in the middle of them.

import { DURABLE } from '../../src/control/control-block.js';
import type { LogFixture } from './log-fixture.js';
import type { DiskCall, TestDisk } from './test-disk.js';

/** Low half of the durable sequence. */
export function durableOf(log: LogFixture): number {
  return log.control.words[DURABLE]! >>> 0;
}

/** Runs `during` at the first call of this kind that a round makes. */
export function runWith(
  disk: TestDisk,
  log: LogFixture,
  operation: DiskCall['operation'],
  during: () => void,
): boolean {
  let isDone = false;
  disk.onOperation((call) => {
    if (isDone || call.operation !== operation) return;
    isDone = true;
    during();
  });
  const result = log.round.run();
  disk.onOperation(undefined);
  if (!isDone) throw new Error(`the round made no call ${operation}`);
  return result;
}
