// Preparing of a segment, call by call: the order that makes a file durable before its name, no large
// write, nothing left when any call fails, and names that always agree with what is inside.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import {
  FREE_CHUNKS,
  LANE_WANTED,
  PREPARE_DONE,
  PREPARE_WANTED,
  SLOT_ADDRESS_LOW,
  SLOT_BYTES,
  SLOT_FREE,
  SLOT_GENERATION,
  SLOT_IMAGE,
  SLOT_PREPARED,
  SLOT_SEALED,
  SLOT_STANDBY,
  SLOT_STATE,
  SLOT_SYNCED,
} from '../../src/control/control-block.js';
import { isPoisoned } from '../../src/control/poison.js';
import { isLaneError } from '../../src/errors.js';
import { parseSegmentName, segmentName } from '../../src/format/file-name.js';
import { decodeSegmentHeader, SEGMENT_HEADER_BYTES } from '../../src/format/segment-header.js';
import { claimSlot } from '../../src/wal/claim-slot.js';
import {
  moveFirstGeneration,
  prepareNext,
  prepareWanted,
  recycleSegment,
} from '../../src/wal/prepare-segment.js';
import type { LogFixture, TestLane } from '../support/log-fixture.js';
import { beginRing, fillSegment } from '../support/ring-fixture.js';
import { throwsWith } from '../support/stores.js';
import type { TestDisk } from '../support/test-disk.js';

const BYTES = 131072;
const SHAPE = { segmentBytes: BYTES, slotsPerLane: 4, memoryBytes: 2 << 20 };

/** The calls that change something, from a moment on. */
function callsFrom(disk: TestDisk, from: number): string[] {
  return disk.log
    .slice(from)
    .filter(({ operation }) => !['kind', 'close', 'openWrite', 'list', 'read'].includes(operation))
    .map(({ operation, path, to, offset, bytes }) => {
      const names = [path, to].filter((one) => one !== undefined);
      const detail = bytes === undefined ? '' : ` ${offset ?? 0}+${bytes}`;
      return `${operation} ${names.map((one) => one.replace('/store/', '')).join(' ')}${detail}`;
    });
}

function prepare(log: LogFixture): number {
  const slot = claimSlot(log.context, 0);
  prepareNext(log.context, 0, slot, 0);
  return slot;
}

/** Every file under a segment's name says the same identity inside; temporary names may hold anything. */
function checkNames(disk: TestDisk, storeId: Uint8Array): string[] {
  const wrong: string[] = [];
  for (const [path, bytes] of disk.snapshotFiles()) {
    const parsed = parseSegmentName(path.replace('/store/', ''));
    if (parsed === undefined) continue;
    const header = decodeSegmentHeader(bytes.subarray(0, SEGMENT_HEADER_BYTES), crc32);
    if (typeof header === 'string') wrong.push(`${path}: ${header}`);
    else if (header.generation !== parsed.generation || header.lane !== parsed.lane)
      wrong.push(`${path} holds generation ${header.generation}`);
    else if (header.segmentBytes !== bytes.length) wrong.push(`${path} has ${bytes.length} bytes`);
    else if (!Buffer.from(header.storeId).equals(storeId)) wrong.push(`${path}: another store`);
  }
  return wrong;
}

for (const isMapped of [false, true]) {
  const medium = isMapped ? 'mapped' : 'buffered';

  test(`a file is complete and durable before it gets its name (${medium})`, (t) => {
    const { disk, log } = beginRing({ ...SHAPE, isMapped });
    const from = disk.operationCount;
    const slot = prepare(log);
    const temporary = 'preparing-l00-0000000002.tmp';
    t.deepEqual(callsFrom(disk, from), [
      `create ${temporary}`,
      `allocate ${temporary} 0+${BYTES}`,
      ...(isMapped ? [`mapRegion ${temporary} 0+${BYTES}`] : []),
      `write ${temporary} 0+${SEGMENT_HEADER_BYTES}`,
      `sync ${temporary}`,
      `rename ${temporary} wal-l00-0000000002.log`,
      'syncDirectory /store',
    ]);
    const at = log.control.slotStart(0, slot);
    const { words } = log.control;
    t.is(words[at + SLOT_STATE], SLOT_PREPARED);
    t.is(words[at + SLOT_GENERATION], 2);
    t.is(words[at + SLOT_BYTES], BYTES);
    t.is(words[at + SLOT_SYNCED], SEGMENT_HEADER_BYTES);
    t.is(words[at + SLOT_ADDRESS_LOW] !== 0, isMapped);
    const image = words[at + SLOT_IMAGE]! * 8;
    t.deepEqual(
      log.memory.bytes.slice(image, image + SEGMENT_HEADER_BYTES),
      disk.readFileRaw('/store/wal-l00-0000000002.log').slice(0, SEGMENT_HEADER_BYTES),
    );
  });

  test(`whichever call fails, the slot and its memory are free again and no file is left (${medium})`, (t) => {
    let failed = 0;
    for (let nth = 1; nth < 20; nth++) {
      for (const errno of ['EIO', 'ENOSPC'] as const) {
        const { disk, log, lane } = beginRing({ ...SHAPE, isMapped });
        const free = log.control.words[FREE_CHUNKS];
        const files = disk.list('/store');
        const done = log.control.words[PREPARE_DONE]!;
        const planned = disk.failAt({ operation: 'mutating', nth, errno });
        const slot = claimSlot(log.context, 0);
        let error: unknown;
        try {
          prepareNext(log.context, 0, slot, 0);
        } catch (thrown) {
          error = thrown;
        }
        if (planned.failed === 0) continue;
        failed++;
        t.true(isLaneError(error, errno === 'EIO' ? 'IO_ERROR' : 'DISK_FULL'), `call ${nth}`);
        t.is(log.control.words[FREE_CHUNKS], free);
        t.is(lane.slots(SLOT_STATE)[slot], SLOT_FREE);
        t.is(log.control.words[PREPARE_DONE], done + 1, 'who waits is woken');
        t.deepEqual(disk.list('/store'), files, `call ${nth}`);
        disk.clearFaults();
        prepare(log);
        disk.assertNoLateStores();
      }
    }
    t.true(failed >= 10, `${failed} failures`);
  });

  test(`a cut at any call leaves names that agree with what is inside (${medium})`, (t) => {
    const { disk, log, lane } = beginRing({ ...SHAPE, isMapped });
    fillSegment(lane, 'a');
    log.sync();
    moveFirstGeneration(log.context, 0, 2);
    let cuts = 0;
    disk.onOperation((call) => {
      for (let seed = 0; seed < 20; seed++) {
        cuts++;
        const wrong = checkNames(disk.cut(call.number * 100 + seed), log.shape.storeId);
        if (wrong.length > 0) t.fail(`${call.operation} ${call.path}: ${wrong}`);
      }
    });
    t.true(recycleSegment(log.context, 0, 0));
    prepare(log);
    disk.onOperation(undefined);
    t.true(cuts > 150, `${cuts} cuts`);
    t.deepEqual(checkNames(disk, log.shape.storeId), []);
  });
}

test('a sealed segment gets its new header under a temporary name, its content stays', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  fillSegment(lane, 'a');
  log.sync();
  const before = disk.readFileRaw(`/store/${segmentName(0, 1)}`);
  moveFirstGeneration(log.context, 0, 2);
  const from = disk.operationCount;
  t.true(recycleSegment(log.context, 0, 0));
  t.deepEqual(callsFrom(disk, from), [
    'rename wal-l00-0000000001.log preparing-l00-0000000003.tmp',
    'syncDirectory /store',
    `write preparing-l00-0000000003.tmp 0+${SEGMENT_HEADER_BYTES}`,
    'sync preparing-l00-0000000003.tmp',
    'rename preparing-l00-0000000003.tmp wal-l00-0000000003.log',
    'syncDirectory /store',
  ]);
  const after = disk.readFileRaw(`/store/${segmentName(0, 3)}`);
  t.deepEqual(after.slice(SEGMENT_HEADER_BYTES), before.slice(SEGMENT_HEADER_BYTES));
  t.deepEqual(checkNames(disk, log.shape.storeId), []);
});

test('only a sealed segment is recycled', (t) => {
  const { log, lane } = beginRing(SHAPE);
  t.throws(() => recycleSegment(log.context, 0, 0), { message: /only a sealed segment/ });
  fillSegment(lane, 'a');
  t.throws(() => recycleSegment(log.context, 0, 0), { message: /only a sealed segment/ });
  log.sync();
  t.is(lane.slots(SLOT_STATE)[0], SLOT_SEALED);
  t.true(recycleSegment(log.context, 0, 0));
  t.is(lane.slots(SLOT_STATE)[0], SLOT_PREPARED);
});

test('what a crash left under the temporary name is replaced', (t) => {
  const { disk, log } = beginRing(SHAPE);
  disk.writeFileRaw('/store/preparing-l00-0000000002.tmp', Buffer.alloc(999, 'left over'));
  prepare(log);
  t.deepEqual(disk.list('/store'), [segmentName(0, 1), segmentName(0, 2)]);
  t.deepEqual(checkNames(disk, log.shape.storeId), []);
});

test('the preparer leaves a full disk to the writer and poisons the store on any other failure', (t) => {
  const { disk, log, lane } = beginRing(SHAPE);
  const { words } = log.control;
  const wanted = log.control.laneStart(0) + LANE_WANTED;
  const ask = (errno?: 'EIO' | 'ENOSPC') => {
    if (errno !== undefined) disk.failAt({ operation: 'allocate', nth: 1, errno });
    words[wanted] = PREPARE_WANTED;
    prepareWanted(log.context, 0);
    t.is(words[wanted], 0);
  };
  ask('ENOSPC');
  t.false(isPoisoned(log.control));
  t.is(lane.slots(SLOT_STATE)[1], SLOT_FREE);
  ask();
  t.is(lane.slots(SLOT_STATE)[1], SLOT_PREPARED);
  log.round.admitPrepared();
  t.is(lane.slots(SLOT_STATE)[1], SLOT_STANDBY);
  ask('EIO');
  t.true(isPoisoned(log.control));
});

test('blocks that an image is written to are written beforehand, those of a mapping reserved', (t) => {
  for (const isMapped of [false, true]) {
    const { disk, log } = beginRing({ ...SHAPE, isMapped });
    const written: boolean[] = [];
    const { create } = disk;
    disk.create = (path) => {
      const file = create.call(disk, path);
      const { allocate } = file;
      file.allocate = (bytes, isWritten = false) => {
        written.push(isWritten);
        allocate.call(file, bytes, isWritten);
      };
      return file;
    };
    prepare(log);
    t.deepEqual(written, [!isMapped]);
  }
});

test('the writer of a standby that the preparer made meets no page fault in its image', (t) => {
  const { log, lane } = beginRing({
    segmentBytes: 4 << 20,
    slotsPerLane: 2,
    memoryBytes: 16 << 20,
  });
  log.control.words[log.control.laneStart(0) + LANE_WANTED] = PREPARE_WANTED;
  prepareWanted(log.context, 0);
  const image = lane.slots(SLOT_IMAGE)[1]! * 8;
  const bytes = lane.slots(SLOT_BYTES)[1]!;
  const before = process.resourceUsage().minorPageFault;
  for (let at = image; at < image + bytes; at += 4096) log.memory.bytes[at] = 1;
  const faults = process.resourceUsage().minorPageFault - before;
  t.true(faults < bytes / 4096 / 2, `${faults} page faults in ${bytes} bytes`);
});

test('a preparer without a free slot leaves everything as it is', (t) => {
  const { disk, log, lane } = beginRing({ ...SHAPE, slotsPerLane: 1 });
  const files = disk.list('/store');
  log.control.words[log.control.laneStart(0) + LANE_WANTED] = PREPARE_WANTED;
  prepareWanted(log.context, 0);
  t.deepEqual(disk.list('/store'), files);
  t.is(lane.word(LANE_WANTED), 0);
  t.is(claimSlot(log.context, 0), -1);
  throwsWith(t, 'STORE_FULL', () => fillAll(lane));
});

function fillAll(lane: TestLane): void {
  for (let index = 0; index < 1000; index++) lane.put(`k${index}`, Buffer.alloc(1000));
}
