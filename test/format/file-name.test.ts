// Names of files, both ways: what is not exactly a segment's name is none.

import test from 'ava';
import fc from 'fast-check';

import {
  isStoreFileName,
  isTemporaryName,
  parseSegmentName,
  preparingName,
  segmentName,
} from '../../src/format/file-name.js';
import { checkProperty } from '../support/property.js';

test('a segment is named after its lane and generation', (t) => {
  t.is(segmentName(0, 1), 'wal-l00-0000000001.log');
  t.is(segmentName(63, 4294967295), 'wal-l63-4294967295.log');
  t.is(preparingName(7, 12), 'preparing-l07-0000000012.tmp');
});

test('a segment name gives lane and generation back', (t) => {
  const lane = fc.nat({ max: 63 });
  const generation = fc.integer({ min: 1, max: 0xffffffff });
  checkProperty(
    t,
    fc.property(lane, generation, (lane, generation) => {
      const parsed = parseSegmentName(segmentName(lane, generation));
      return parsed?.lane === lane && parsed.generation === generation;
    }),
  );
});

test('names that no writer gives are not segment names', (t) => {
  for (const name of [
    '',
    'wal-l00-0000000000.log',
    'wal-l64-0000000001.log',
    'wal-l00-4294967296.log',
    'wal-l00-9999999999.log',
    'wal-l0-0000000001.log',
    'wal-l00-1.log',
    'wal-l00-00000000001.log',
    'WAL-l00-0000000001.log',
    'wal-l00-0000000001.log ',
    'wal-l00-0000000001.log\n',
    'xwal-l00-0000000001.log',
    'wal-l00-0000000001.log.tmp',
    preparingName(0, 1),
    'superblock',
  ]) {
    t.is(parseSegmentName(name), undefined, name);
  }
});

test('only files of a store belong into its directory', (t) => {
  for (const name of ['LOCK', 'LOCK.after-none', 'superblock', segmentName(1, 2), 'x.tmp']) {
    t.true(isStoreFileName(name), name);
  }
  for (const name of ['lock', 'superblock2', 'notes.txt', 'wal-l99-0000000001.log', 'LOCKED']) {
    t.false(isStoreFileName(name), name);
  }
});

test('what is being prepared has a temporary name', (t) => {
  t.true(isTemporaryName(preparingName(3, 4)));
  t.false(isTemporaryName(segmentName(3, 4)));
});
