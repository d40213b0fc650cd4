// What a round captures while lanes are being written: records under way are waited for, and what is
// written between the captures of two lanes is left to the next round.

import test from 'ava';

import {
  LANE_CLAIM,
  LANE_LOCK,
  LANE_POSITION,
  NEXT_SEQUENCE,
  SLOT_SYNCED,
} from '../../src/control/control-block.js';
import { acquireLock, holderOf, releaseLock } from '../../src/control/lane-lock.js';
import { SyncRound } from '../../src/sync/sync-round.js';
import { beginRing } from '../support/ring-fixture.js';
import { durableOf } from '../support/sync-rounds.js';

const SHAPE = { segmentBytes: 65536, slotsPerLane: 5, memoryBytes: 6 << 20, lanesMax: 2 };
const ROUND_MARK = 77;
/** How often the round has looked for the lock in vain before the record is finished. */
const LOOKS = 3;

for (const [name, isIdle] of [
  ['a busy', false],
  ['an idle', true],
] as const) {
  test(`a round waits for the record that ${name} lane has under way, and makes it durable`, (t) => {
    const { log, lane } = beginRing(SHAPE);
    const other = log.addLane(1);
    const { words } = log.control;
    lane.put('a');
    other.put('b');
    log.round.run();
    lane.put('c');
    if (!isIdle) other.put('d');
    // Another thread has the lock of its lane and took a sequence: the record is not there yet.
    const laneAt = log.control.laneStart(1);
    const before = durableOf(log);
    const taken = words[NEXT_SEQUENCE]!;
    acquireLock(words, laneAt + LANE_LOCK, other.lane + 1);
    words[laneAt + LANE_CLAIM] = taken;
    words[NEXT_SEQUENCE] = taken + 1;
    let looks = 0;
    const finish = () => {
      looks++;
      if (looks !== LOOKS) return;
      t.is(durableOf(log), before);
      t.is(holderOf(words, laneAt + LANE_LOCK), other.lane + 1);
      words[NEXT_SEQUENCE] = taken;
      releaseLock(words, laneAt + LANE_LOCK);
      t.is(other.put('under way'), taken);
    };
    const round = new (class extends SyncRound {
      override admitPrepared(): void {
        super.admitPrepared();
        finish();
      }
    })(log.context, ROUND_MARK);
    t.true(round.run());
    t.is(looks, LOOKS, 'the round waited');
    t.is(durableOf(log), taken);
    t.is(other.slots(SLOT_SYNCED)[0], other.word(LANE_POSITION));
  });
}

test('what is written between the captures of two lanes is left to the next round', (t) => {
  const { log, lane } = beginRing(SHAPE);
  const other = log.addLane(1);
  lane.put('a');
  other.put('b');
  const captured = lane.word(LANE_POSITION);
  const { isPresent } = log.control;
  let isDone = false;
  log.control.isPresent = (index) => {
    if (index === 1 && !isDone) {
      isDone = true;
      lane.put('after the capture of its lane');
      other.put('before the capture of its lane');
    }
    return isPresent.call(log.control, index);
  };
  t.true(log.round.run());
  t.true(isDone);
  t.is(durableOf(log), 2);
  t.is(lane.slots(SLOT_SYNCED)[0], captured);
  t.true(log.round.run());
  t.is(durableOf(log), 4);
  t.is(lane.slots(SLOT_SYNCED)[0], lane.word(LANE_POSITION));
});
