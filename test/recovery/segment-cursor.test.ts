// The cursor over one segment, piece by piece, against the reader that has all of it in memory.

import test from 'ava';
import { loadSegment, SegmentBuffer } from '../../src/recovery/load-segment.js';
import { SegmentCursor } from '../../src/recovery/segment-cursor.js';
import { WalReader } from '../../src/wal/wal-reader.js';
import { Choices } from '../support/choices.js';
import { openTestLog } from '../support/logs.js';
import type { TestDisk } from '../support/test-disk.js';

const BIG = { segmentBytes: 4 * 1048576, ringSegments: 2 } as const;

async function filled(seed: number) {
  const choices = new Choices(seed);
  const { log, disk, sync } = await openTestLog(BIG);
  for (let bytes = 0; bytes < 900_000; ) {
    const length = choices.chance(0.1) ? choices.below(300_000) : choices.below(600);
    if (bytes + length > 950_000) break;
    log.append(choices.bytes(length));
    bytes += length;
  }
  sync();
  const { storeId } = { storeId: storeIdOf(disk) };
  return { log, disk, identity: { storeId, lane: 0, generation: 1 } };
}

function storeIdOf(disk: TestDisk): Uint8Array {
  return disk.readFileRaw('/log/superblock').slice(16, 32);
}

test('records longer and shorter than a piece are the same as in memory', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.log(`seed ${seed}`);
  const { disk, identity } = await filled(seed);
  const { contents } = loadSegment(disk, '/log', identity, new SegmentBuffer());
  const reader = new WalReader(contents);
  const cursor = new SegmentCursor(disk, '/log', identity);
  let records = 0;
  while (reader.advance()) {
    t.true(cursor.advance());
    records++;
    const { offset, dataBytes, sequence, durable, end } = cursor.reader;
    const { reader: other } = { reader };
    t.deepEqual(
      [offset, dataBytes, sequence, durable, end],
      [other.offset, other.dataBytes, other.sequence, other.durable, other.end],
    );
    const start = cursor.reader.data;
    const data = Buffer.from(cursor.bytes.subarray(start, start + dataBytes));
    t.true(data.equals(contents.bytes.subarray(other.data, other.data + dataBytes)));
  }
  t.false(cursor.advance());
  t.is(cursor.reader.stop, reader.stop);
  t.is(cursor.reader.offset, reader.offset);
  t.true(records > 10);
  cursor.close();
});

test('nothing from the end on is looked at', async (t) => {
  const { log, disk, identity } = await filled(3);
  const entries = [...log.entries()];
  for (const entry of [entries[0]!, entries[7]!, entries.at(-1)!]) {
    const end = 4096 + entry.position;
    const cursor = new SegmentCursor(disk, '/log', identity, end);
    let last = 0;
    while (cursor.advance()) last = cursor.reader.end;
    t.is(cursor.reader.offset, end);
    t.true(last === end || entry === entries[0]);
    cursor.close();
  }
});

test('what was written since is found by looking again', async (t) => {
  const { log, disk, sync } = await openTestLog(BIG);
  log.append('a');
  sync();
  const identity = { storeId: storeIdOf(disk), lane: 0, generation: 1 };
  const cursor = new SegmentCursor(disk, '/log', identity);
  t.true(cursor.advance());
  t.false(cursor.advance());
  for (let round = 0; round < 5; round++) {
    log.append('b'.repeat(round * 70_000));
    sync();
    t.false(cursor.advance());
    cursor.lookAgain();
    t.true(cursor.advance());
    t.is(cursor.reader.sequence, round + 2);
    t.false(cursor.advance());
  }
  cursor.close();
});

test('a length that leads nowhere is a stop, not a read beyond the file', async (t) => {
  const { log, disk, sync } = await openTestLog(BIG);
  log.append('a');
  const at = 4096 + log.position;
  log.append('b'.repeat(500_000));
  sync();
  const identity = { storeId: storeIdOf(disk), lane: 0, generation: 1 };
  for (const [length, stop] of [
    [15, 'length'],
    [0xffffffff, 'length'],
    [1048576 - at - 8, 'checksum'],
    [1048576 - at, 'length'],
    [300_000, 'checksum'],
  ] as const) {
    const bytes = disk.readFileRaw('/log/wal-l00-0000000001.log');
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, length, true);
    const copy = disk.kill();
    copy.writeFileRaw('/log/wal-l00-0000000001.log', bytes);
    const cursor = new SegmentCursor(copy, '/log', identity);
    t.true(cursor.advance());
    t.false(cursor.advance());
    t.is(cursor.reader.stop, stop, String(length));
    t.is(cursor.reader.offset, at);
    cursor.close();
  }
});
