// What a log says of itself.

import test from 'ava';
import { fillLog, openTestLog } from '../support/logs.js';

test('counters say what the ring and the syncer did', async (t) => {
  const { log, sync } = await openTestLog();
  t.deepEqual(log.stats(), {
    io: 'buffered',
    isPoisoned: false,
    bytes: 0,
    segments: 1,
    ringSegments: 3,
    standbys: 0,
    generation: 1,
    rotations: 0,
    inPlace: 0,
    stalls: 0,
    syncs: 0,
  });
  fillLog(log, 1);
  sync();
  const stats = log.stats();
  t.like(stats, { segments: 2, rotations: 1, inPlace: 1, syncs: 1, generation: 2 });
  t.is(stats.bytes, log.position);
  log.append('x'.repeat(40_000));
  log.append('asks for a standby');
  sync();
  t.is(log.stats().standbys, 1);
});
