// Positions at their ends: bytes appended counted past 2^31, 2^32 and 2^41; images at the end of a pool
// of 2 GiB; the longest segment filled to its last byte.

import test from 'ava';

import {
  LANE_RETIRED_HIGH,
  LANE_RETIRED_LOW,
  SLOT_IMAGE,
} from '../../src/control/control-block.js';
import { CHUNK_BYTES, takeRun } from '../../src/control/pool.js';
import { TRAILER_BYTES } from '../../src/format/record.js';
import { SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { recycleSegment } from '../../src/wal/prepare-segment.js';
import { LogFixture } from '../support/log-fixture.js';
import { openManyLanes } from '../support/many-lanes.js';
import { isPossible } from '../support/medium.js';
import { readLane } from '../support/read-lane.js';
import { fillSegment, firstOf } from '../support/ring-fixture.js';
import { newPath, openAt } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

/** Byte offsets in the pool are 31-bit integers. */
const POOL_BYTES_MAX = 2 ** 31 - 2 ** 20;
const SEGMENT_BYTES = 65536;
const SEGMENT_BYTES_MAX = 67108864;

for (const start of [0, 2 ** 31 - 100, 2 ** 32 - 100, 2 ** 41 - 100, 2 ** 42 - 100, 2 ** 52]) {
  test(`bytes of recycled segments are counted from ${start} on, to the byte`, async (t) => {
    const disk = new TestDisk({ mappable: false });
    disk.makeDirectory('/store');
    const environment = new TestEnvironment(disk);
    const options = { environment, directory: '/store', segmentBytes: SEGMENT_BYTES };
    const { store, log } = openManyLanes(t, options);
    const { words } = log.control;
    const at = log.control.laneStart(0);
    words[at + LANE_RETIRED_LOW] = (start % 2 ** 32) | 0;
    words[at + LANE_RETIRED_HIGH] = Math.floor(start / 2 ** 32);
    const lane = () => store.stats().lanes[0]!;
    t.is(lane().position, start);
    for (let index = 0; lane().rotations < 3; index++) {
      await store.put(`${index}`, Buffer.alloc(1000 + index));
    }
    await store.flush();
    const { position, syncedPosition } = lane();
    t.true(position > start + 3 * 60_000 && syncedPosition === position);
    for (const slot of [0, 1, 2]) {
      t.true(recycleSegment(log.context, 0, slot));
      t.is(lane().position, position, 'what was appended stays appended');
      t.is(lane().syncedPosition, position);
    }
  });
}

test('images in the last bytes of the largest pool are written, found, synced and read', (t) => {
  for (const isMapped of [true, false]) {
    const disk = new TestDisk({ mappable: isMapped });
    disk.makeDirectory('/store');
    disk.syncDirectory('/');
    const memoryBytes = POOL_BYTES_MAX - 2 * CHUNK_BYTES;
    const shape = { segmentBytes: SEGMENT_BYTES, slotsPerLane: 6, memoryBytes, isMapped };
    const log = LogFixture.create({ fileSystem: disk, ...shape });
    // Everything before the last chunks is taken, untouched.
    const chunksLeft = 12;
    const free = log.control.chunkCount - 2;
    t.true(takeRun(log.control, (free - chunksLeft) * CHUNK_BYTES) > 0);
    const lane = log.addLane(0);
    const written = fillSegment(lane, 'a') + fillSegment(lane, 'b');
    const images = lane.slots(SLOT_IMAGE).slice(0, 3);
    for (const image of images) t.true(image * 8 > POOL_BYTES_MAX - 16 * CHUNK_BYTES);
    t.is(lane.memtable.keys, written);
    for (const change of [{ key: 'a 0', value: Buffer.from('new') }, { key: 'b 1' }]) {
      lane.write({ ...change, key: Buffer.from(change.key) });
    }
    log.sync();
    const { records } = readLane(disk.cut(1, 'lose-all-unsynced'), firstOf(lane));
    // Two trailers, an overwrite and a delete besides.
    t.is(records.length, written + 4);
  }
});

test('the longest segment is filled to its last byte, left and read again', async (t) => {
  for (const io of ['mapped', 'buffered'] as const) {
    if (!isPossible(io)) {
      t.log(`${io} is not possible here`);
      continue;
    }
    const options = {
      io,
      segmentBytes: SEGMENT_BYTES_MAX,
      memoryBytes: 4 * SEGMENT_BYTES_MAX,
      keyEncoding: 'utf8',
      valueEncoding: 'binary',
    } as const;
    const path = newPath(t);
    const store = await openAt(t, path, options);
    // A record of exactly what a segment has room for, header and trailer taken off.
    const overhead = 8 + 16 + 'key'.length;
    const value = Buffer.alloc(
      SEGMENT_BYTES_MAX - SEGMENT_HEADER_BYTES - TRAILER_BYTES - overhead,
      7,
    );
    await store.put('before', Buffer.alloc(1));
    await store.put('key', value);
    const { position } = store.stats().lanes[0]!;
    t.true(position >= SEGMENT_BYTES_MAX - SEGMENT_HEADER_BYTES - TRAILER_BYTES);
    await store.put('after', Buffer.alloc(1));
    t.is(store.stats().lanes[0]!.rotations, 2);
    await t.throwsAsync(store.put('key', Buffer.alloc(value.length + 1)), {
      code: 'RECORD_TOO_LARGE',
    });
    t.true(Buffer.compare(store.get('key')!, value) === 0);
    await store.close();
    const again = await openAt(t, path, options);
    t.true(Buffer.compare(again.get('key')!, value) === 0);
    t.deepEqual([...again.keys()], ['after', 'before', 'key']);
    await again.close();
  }
});
