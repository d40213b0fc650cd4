// The first segment of a lane.

import test from 'ava';

import { LANE_NEXT_BYTES, LANE_POSITION } from '../../src/control/control-block.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { beginRing } from '../support/ring-fixture.js';

test('a lane begins with an active segment that holds nothing, and a longer one is due next', (t) => {
  const { disk, lane } = beginRing();
  t.is(lane.word(LANE_POSITION), SEGMENT_HEADER_BYTES);
  t.deepEqual(
    disk.list('/store').filter((name) => name.startsWith('wal-')),
    ['wal-l00-0000000001.log'],
  );
  t.true(lane.word(LANE_NEXT_BYTES) > 0);
});

test('the first segment of a lane survives a power cut that comes right after it was begun', (t) => {
  const { disk } = beginRing();
  disk.syncDirectory('/');
  const left = disk.cut(1, 'lose-all-unsynced');
  t.true(left.list('/store').includes('wal-l00-0000000001.log'));
});
