// Sealed segments go from memory to files that are complete and durable under their names.

import test from 'ava';
import { crc32 } from '../../src/codec/crc32.js';
import { NEXT_GENERATION } from '../../src/control/control-block.js';
import { takeRun } from '../../src/control/pool.js';
import { decodeSegmentHeader, SEGMENT_SEALED } from '../../src/format/segment-header.js';
import { CopySink } from '../../src/store/copy-sink.js';
import { LogMemory } from '../../src/store/log-memory.js';
import { OperationBuffer } from '../../src/store/operation-buffer.js';
import { ProgressMeter } from '../../src/store/progress.js';
import { writeSealed } from '../../src/store/write-sealed.js';
import { newDisk } from '../support/test-disk-helpers.js';

const SEGMENT_BYTES = 65_536;
const STORE_ID = new Uint8Array(16).fill(3);

/** Sealed segments in memory with so many records of 1,000 bytes. */
function sealedOf(records: number) {
  const shape = { memoryBytes: 1048576, segmentBytes: SEGMENT_BYTES, logBytes: 0 };
  const log = new LogMemory({ ...shape, lanesMax: 1, usesHugePages: false });
  log.control.words[NEXT_GENERATION] = 5;
  const target = { storeId: STORE_ID, firstGeneration: 5, segmentBytes: SEGMENT_BYTES };
  const copy = new CopySink(log, target, new ProgressMeter(undefined));
  const source = takeRun(log.control, SEGMENT_BYTES);
  for (let record = 0; record < records; record++) {
    const buffer = new OperationBuffer();
    buffer.addEncoded(Buffer.from(`key ${record}`), new Uint8Array(1000).fill(record));
    log.memory.bytes.set(buffer.bytes.subarray(0, buffer.length), source);
    copy.copyAlone(log.memory.words, source, 0);
  }
  copy.finish();
  return { log, copy };
}

test('every sealed segment is a complete file of its own length, durable with its name', async (t) => {
  const { log, copy } = sealedOf(150);
  t.is(copy.sealed.length, 3);
  t.is(copy.liveGeneration, 8);
  const disk = newDisk();
  const context = {
    fileSystem: disk,
    directory: '/store',
    storeId: STORE_ID,
    control: log.control,
    memory: log.memory,
    isMapped: false,
    segmentBytes: SEGMENT_BYTES,
  };
  const leftover = disk.create('/store/preparing-l00-0000000006.tmp');
  leftover.write(new Uint8Array(100_000), 0, 100_000, 0);
  leftover.close();
  await writeSealed(context, copy.sealed, 9);
  const cut = disk.cut(1);
  const names = ['wal-l00-0000000005.log', 'wal-l00-0000000006.log', 'wal-l00-0000000007.log'];
  t.deepEqual(cut.list('/store'), names);
  for (const [index, name] of names.entries()) {
    const bytes = cut.readFileRaw(`/store/${name}`);
    const segment = copy.sealed[index]!;
    t.is(bytes.length, segment.end);
    const header = decodeSegmentHeader(bytes.subarray(0, 4096), crc32);
    t.deepEqual(header, {
      storeId: STORE_ID,
      lane: 0,
      generation: 5 + index,
      segmentBytes: segment.end,
      era: 9,
      state: SEGMENT_SEALED,
    });
    const image = log.memory.bytes.slice(segment.image, segment.image + segment.end);
    t.deepEqual(bytes.slice(4096), image.slice(4096));
  }
});

test('without sealed segments nothing is written', async (t) => {
  const { log, copy } = sealedOf(0);
  const disk = newDisk();
  const before = disk.operationCount;
  const context = {
    fileSystem: disk,
    directory: '/store',
    storeId: STORE_ID,
    control: log.control,
    memory: log.memory,
    isMapped: false,
    segmentBytes: SEGMENT_BYTES,
  };
  await writeSealed(context, copy.sealed, 1);
  t.is(disk.operationCount, before);
});
