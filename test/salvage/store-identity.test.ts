// Whose store a directory is, whatever of it is left.

import test from 'ava';

import { crc32 } from '../../src/codec/crc32.js';
import { storeIdText } from '../../src/format/file-header.js';
import {
  decodeSuperblockSlot,
  encodeSuperblockSlot,
  SLOT_BYTES,
  type Superblock,
} from '../../src/format/superblock.js';
import { identifyStore } from '../../src/salvage/store-identity.js';
import { DIRECTORY, diskWith, withVersion } from '../support/built-log.js';
import { putCities } from '../support/fixture-case.js';
import { LogBuilder } from '../support/log-builder.js';
import { throwsWith } from '../support/stores.js';
import { TestDisk } from '../support/test-disk.js';

const OTHER_ID = new Uint8Array(16).fill(9);

function build(options: { storeId?: Uint8Array; segments?: number } = {}): LogBuilder {
  const log = new LogBuilder(options.storeId === undefined ? {} : { storeId: options.storeId });
  for (let generation = 1; generation <= (options.segments ?? 1); generation++) {
    putCities(log, log.segment({ generation }), generation, 1);
  }
  log.openSuperblock([{ first: 1 }]);
  return log;
}

function identify(files: Map<string, Uint8Array>) {
  return identifyStore(diskWith(files), DIRECTORY);
}

function refused(t: Parameters<typeof throwsWith>[0], code: 'CORRUPT', files: LogBuilder['files']) {
  return throwsWith(t, code, () => identify(files));
}

test('the newest slot holds, and every segment is looked at', (t) => {
  const log = build({ segments: 3 });
  const { storeId, held, files, slots } = identify(log.files);
  t.is(storeIdText(storeId), storeIdText(log.storeId));
  t.is(held?.slot, 1);
  t.is(held?.block.counter, 7);
  t.is(files.length, 3);
  t.is(slots.length, 2);
});

test('one slot is enough; without any the segments say which store it is', (t) => {
  for (const [flips, slot] of [
    [[72], 1],
    [[SLOT_BYTES + 72], 0],
    [[72, SLOT_BYTES + 72], undefined],
  ] as const) {
    const log = build();
    for (const at of flips) log.files.get('superblock')![at]! ^= 1;
    const { storeId, held } = identify(log.files);
    t.is(storeIdText(storeId), storeIdText(log.storeId));
    t.is(held?.slot, slot);
  }
  for (const left of [undefined, 0, 50]) {
    const log = build();
    if (left === undefined) log.files.delete('superblock');
    else log.files.set('superblock', log.files.get('superblock')!.slice(0, left));
    const { held, slots } = identify(log.files);
    t.is(held, undefined);
    t.is(slots.length, left === undefined ? 0 : 2);
  }
});

test('the superblock counts for more than segments, and most segments for more than others', (t) => {
  const log = build({ segments: 2 });
  const other = build({ storeId: OTHER_ID, segments: 1 });
  log.files.set('wal-l00-0000000007.log', other.files.get('wal-l00-0000000001.log')!);
  log.files.delete('superblock');
  t.is(storeIdText(identify(log.files).storeId), storeIdText(log.storeId));
  log.files.delete('wal-l00-0000000002.log');
  refused(t, 'CORRUPT', log.files);
  log.files.set('superblock', other.files.get('superblock')!);
  t.is(storeIdText(identify(log.files).storeId), storeIdText(OTHER_ID));
});

test('slots of two stores: the segments decide, and without them nothing does', (t) => {
  const log = build();
  const other = build({ storeId: OTHER_ID });
  const superblock = log.files.get('superblock')!;
  superblock.set(other.files.get('superblock')!.subarray(0, SLOT_BYTES));
  const { storeId, held } = identify(log.files);
  t.is(storeIdText(storeId), storeIdText(log.storeId));
  t.is(held?.slot, 1);
  log.files.delete('wal-l00-0000000001.log');
  refused(t, 'CORRUPT', log.files);
});

test('when nothing says which store it was, that is corruption with a place', (t) => {
  const log = build();
  log.files.get('wal-l00-0000000001.log')!.fill(0, 0, 4096);
  log.files.delete('superblock');
  const error = refused(t, 'CORRUPT', log.files);
  t.is(error.file, `${DIRECTORY}/wal-l00-0000000001.log`);
  log.files.set('superblock', new Uint8Array(8192).fill(65));
  t.is(refused(t, 'CORRUPT', log.files).file, `${DIRECTORY}/superblock`);
});

test('what never was a store is none', (t) => {
  const disk = new TestDisk();
  const code = (path: string) => {
    try {
      identifyStore(disk, path);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return undefined;
  };
  t.is(code('/nowhere'), 'STORE_NOT_FOUND');
  disk.makeDirectoryRaw('/empty');
  t.is(code('/empty'), 'STORE_NOT_FOUND');
  disk.writeFileRaw('/begun/LOCK', new Uint8Array(0));
  t.is(code('/begun'), 'STORE_NOT_FOUND');
  disk.writeFileRaw('/file', new Uint8Array(5));
  t.is(code('/file'), 'NOT_A_STORE');
  disk.writeFileRaw('/photos/cat.jpeg', new Uint8Array(5));
  t.is(code('/photos'), 'NOT_A_STORE');
  disk.writeFileRaw('/named/superblock', new Uint8Array(500).fill(65));
  t.is(code('/named'), 'NOT_A_STORE');
});

test('a directory in the place of a file is as if nothing were there', (t) => {
  const log = build({ segments: 2 });
  const disk = diskWith(log.files);
  for (const name of ['superblock', 'wal-l00-0000000002.log']) {
    disk.removeRaw(`${DIRECTORY}/${name}`);
    disk.makeDirectoryRaw(`${DIRECTORY}/${name}`);
  }
  const { slots, files } = identifyStore(disk, DIRECTORY);
  t.deepEqual([slots.length, files.length], [0, 1]);
});

test('another format version is refused, and so is a log', (t) => {
  const log = build();
  const superblock = log.files.get('superblock')!;
  log.files.set('superblock', withVersion(superblock, 0, 3));
  throwsWith(t, 'FORMAT_UNSUPPORTED', () => identify(log.files));
  const other = build();
  other.files.set('superblock', logSuperblock(other));
  throwsWith(t, 'NOT_A_STORE', () => identify(other.files));
});

function logSuperblock(log: LogBuilder): Uint8Array {
  const bytes = log.files.get('superblock')!;
  for (const slot of [0, 1]) {
    const block = decodeSuperblockSlot(bytes, slot, crc32) as Superblock;
    const made = encodeSuperblockSlot({ ...block, log: { basePosition: 0 } }, slot, crc32);
    bytes.set(made, slot * SLOT_BYTES);
  }
  return bytes;
}

test('a superblock that the disk refuses is told from the segments', (t) => {
  const disk = diskWith(build().files);
  disk.failAt({ operation: 'read', path: 'superblock', nth: 1, persistent: true });
  const { held, refused: places } = identifyStore(disk, DIRECTORY);
  t.is(held, undefined);
  t.deepEqual(places, [{ offset: 0, bytes: 8192 }]);
});
