// A round of the syncer that fails, or during which the store fails elsewhere: the store is poisoned, and
// nothing is called durable that is not.

import test from 'ava';

import { isPoisoned, poison, poisonError } from '../../src/control/poison.js';
import type { TestLane } from '../support/log-fixture.js';
import { beginRing } from '../support/ring-fixture.js';
import { durableOf, runWith } from '../support/sync-rounds.js';

const SHAPE = { segmentBytes: 65536, slotsPerLane: 5, memoryBytes: 6 << 20 };

const FAILURES = [
  { name: 'a write that fails', plan: { operation: 'write', nth: 1 } },
  { name: 'a short write', plan: { operation: 'write', nth: 1, shortBytes: 5 } },
  { name: 'a full disk in a write', plan: { operation: 'write', nth: 1, errno: 'ENOSPC' } },
  { name: 'a sync that fails', plan: { operation: 'sync', nth: 1 } },
  { name: 'the sync of the second lane that fails', plan: { operation: 'sync', nth: 2 } },
  { name: 'a full disk in a sync', plan: { operation: 'sync', nth: 1, errno: 'ENOSPC' } },
  { name: 'a file that cannot be opened', plan: { operation: 'openWrite', nth: 1 } },
] as const;

for (const { name, plan } of FAILURES) {
  test(`${name} poisons the store; nothing is durable by it, nothing is tried again`, (t) => {
    const { disk, log, lane } = beginRing({ ...SHAPE, lanesMax: 2 });
    const other = log.addLane(1);
    const write = (each: TestLane) => each.put('a', 'value');
    if (plan.operation !== 'openWrite') {
      write(lane);
      log.round.run();
    }
    const before = durableOf(log);
    write(lane);
    write(other);
    const planned = disk.failAt(plan);
    t.false(log.round.run());
    t.is(planned.failed, 1);
    t.true(isPoisoned(log.control));
    t.is(poisonError(log.control).code, 'STORE_POISONED');
    t.regex(String(poisonError(log.control).file), /wal-l0\d/);
    t.is(durableOf(log), before);
    disk.clearFaults();
    const calls = disk.operationCount;
    for (let again = 0; again < 3; again++) {
      t.false(log.round.run());
      log.round.admitPrepared();
    }
    t.is(disk.operationCount, calls);
    t.is(durableOf(log), before);
  });
}

test('a store that is poisoned while a round syncs declares nothing durable any more', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  lane.put('a');
  t.false(runWith(disk, log, 'sync', () => poison(log.control, new Error('elsewhere'))));
  t.is(durableOf(log), 0);
});
