// What is left of a lane when its store closes.

import test from 'ava';
import { LANE_POSITION } from '../../src/control/control-block.js';
import { laneEnd, removeStandbys } from '../../src/wal/end-lane.js';
import { prepareWanted } from '../../src/wal/prepare-segment.js';
import { beginRing, fillSegment } from '../support/ring-fixture.js';

test('standbys that nobody used are gone, for good, and the rest stays', (t) => {
  const { disk, log, lane } = beginRing();
  disk.syncDirectory('/');
  lane.writer.ring.requestStandby();
  prepareWanted(log.context, 0);
  t.is(disk.list('/store').length, 2);
  removeStandbys(log.context, 0);
  t.deepEqual(disk.list('/store'), ['wal-l00-0000000001.log']);
  t.deepEqual(disk.cut(1, 'lose-all-unsynced').list('/store'), ['wal-l00-0000000001.log']);
});

test('a lane ends in its active segment, behind its last record', (t) => {
  const { log, lane } = beginRing();
  fillSegment(lane, 'a');
  lane.put('b', Buffer.from('c'));
  t.deepEqual(laneEnd(log.context, 0), { endGeneration: 2, endOffset: lane.word(LANE_POSITION) });
});
