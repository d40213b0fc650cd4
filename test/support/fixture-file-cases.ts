// Recovery fixtures of stores whose files are missing, cut, replaced, or not of this store or format.
// Each is refused with the file, unless what is wrong is needed by nothing.

import { crc32 } from '../../src/codec/crc32.js';
import { sealFileHeader } from '../../src/format/file-header.js';
import { SUPERBLOCK_NAME } from '../../src/format/file-name.js';
import { SLOT_BYTES } from '../../src/format/superblock.js';
import { beginLog, type FixtureCase, putCities } from './fixture-case.js';
import { LogBuilder } from './log-builder.js';
import { bytesOf } from './record-codec.js';

const VERSION_OFFSET = 8;

/** A header of format version 2 with a checksum that holds. */
function makeNewer(bytes: Uint8Array, start: number): void {
  bytes[start + VERSION_OFFSET] = 2;
  sealFileHeader(bytes, start, crc32);
}

export const FILE_CASES: FixtureCase[] = [
  {
    name: 'v1-missing-segment',
    damage: 'the second of three segments is gone',
    outcome: 'corrupt: the name of the missing file',
    reason: 'The trailer before it names it.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const second = log.rotate(first, 2);
      putCities(log, second, 4, 3);
      const third = log.rotate(second, 3);
      putCities(log, third, 7, 3);
      log.openSuperblock([{ first: 1 }]);
      log.files.delete(second.name);
      return log.files;
    },
  },
  {
    name: 'v1-missing-lane',
    damage: 'the only segment of the second lane is gone',
    outcome: 'corrupt: the name of the missing file',
    reason: 'The superblock lists the lanes. Without it the missing sequences would tell.',
    files: () => {
      const log = new LogBuilder();
      const a = log.segment({ lane: 0, generation: 1 });
      const b = log.segment({ lane: 1, generation: 2 });
      putCities(log, a, 1, 3);
      log.sync();
      putCities(log, b, 4, 2);
      log.openSuperblock([
        { lane: 0, first: 1 },
        { lane: 1, first: 2 },
      ]);
      log.files.delete(b.name);
      return log.files;
    },
  },
  {
    name: 'v1-lost-lane-content',
    damage: 'the second lane has its segment, but all its records are zeros',
    outcome: 'corrupt: the file and offset of the gap',
    reason: 'The first lane still carries a watermark past the records that the second has lost.',
    files: () => {
      const log = new LogBuilder();
      const a = log.segment({ lane: 0, generation: 1 });
      const b = log.segment({ lane: 1, generation: 2 });
      putCities(log, a, 1, 2);
      putCities(log, b, 3, 2);
      log.sync();
      putCities(log, a, 5, 2);
      b.bytes.fill(0, b.offsets[0]!);
      log.openSuperblock([
        { lane: 0, first: 1 },
        { lane: 1, first: 2 },
      ]);
      return log.files;
    },
  },
  {
    name: 'v1-vanished-newest-generation',
    damage: 'the segment that was written last is gone',
    outcome: 'corrupt: the name of the missing file',
    reason: 'A segment is on the disk, name included, before a trailer names it.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const second = log.rotate(first, 2);
      putCities(log, second, 4, 3);
      log.openSuperblock([{ first: 1 }]);
      log.files.delete(second.name);
      return log.files;
    },
  },
  {
    name: 'v1-truncated-segment',
    damage: 'the segment was cut to half its length, behind all of its records',
    outcome: 'corrupt: the file and its length',
    reason: 'A file that is not as long as its header says has lost bytes, whichever they were.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.openSuperblock([{ first: 1 }]);
      log.files.set(first.name, first.bytes.slice(0, first.bytes.length / 2));
      return log.files;
    },
  },
  {
    name: 'v1-zero-length-segment',
    damage: 'the segment is an empty file',
    outcome: 'corrupt: the file, offset 0',
    reason: 'What some file systems leave of a file whose content was not synced.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.openSuperblock([{ first: 1 }]);
      log.files.set(first.name, new Uint8Array(0));
      return log.files;
    },
  },
  {
    name: 'v1-zero-length-superblock',
    damage: 'the superblock is an empty file',
    outcome: 'error CORRUPT: the superblock, offset 0',
    reason: 'The segments are whole, but nothing says which of them count.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.files.set(SUPERBLOCK_NAME, new Uint8Array(0));
      return log.files;
    },
  },
  {
    name: 'v1-missing-superblock',
    damage: 'the superblock is gone, the segments are there',
    outcome: 'error CORRUPT: the superblock is missing',
    reason: 'Not to be taken for a first open that was cut off: that one has no records.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      return log.files;
    },
  },
  {
    name: 'v1-unfinished-first-open',
    damage: 'the process died while it made the store',
    outcome: 'error STORE_NOT_FOUND: there is no store yet',
    reason:
      'A first open prepares a segment and commits by the superblock, which is not there yet.',
    files: () => {
      const { log, first } = beginLog();
      log.files.set('superblock.tmp', new Uint8Array(4096));
      log.files.set(first.name, first.bytes);
      return log.files;
    },
  },
  {
    name: 'v1-newest-slot-bad',
    damage: 'one bit of the newest superblock slot is flipped, the store had been closed properly',
    outcome: 'unclean: everything, by the other slot and the log',
    reason: 'One slot alone may be older than the log, so its clean close is not believed.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 4);
      const superblock = log.cleanSuperblock([{ first: 1, last: first }]);
      superblock[SLOT_BYTES + 72]! ^= 1;
      return log.files;
    },
  },
  {
    name: 'v1-both-slots-bad',
    damage: 'both superblock slots are damaged',
    outcome: 'error CORRUPT: the superblock, offset 0',
    reason: 'Nothing says which segments count.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const superblock = log.openSuperblock([{ first: 1 }]);
      superblock[72]! ^= 1;
      superblock[SLOT_BYTES + 72]! ^= 1;
      return log.files;
    },
  },
  {
    name: 'v1-foreign-segment',
    damage: 'the segment was replaced by one of another store',
    outcome: 'corrupt: the file, offset 0',
    reason: 'Name, lane and generation agree; only the store id tells.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.openSuperblock([{ first: 1 }]);
      const other = new LogBuilder({ storeId: bytesOf('ffeeddccbbaa99887766554433221100') });
      const foreign = other.segment({ generation: 1 });
      putCities(other, foreign, 801, 3);
      log.files.set(first.name, foreign.bytes);
      return log.files;
    },
  },
  {
    name: 'v1-doubled-segment',
    damage: 'a copy of the first segment stands under the name of the next generation',
    outcome: 'unclean: everything, once',
    reason: 'The copy is not what its name says. Nothing leads to it, and none of it is read.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.openSuperblock([{ first: 1 }]);
      log.files.set('wal-l00-0000000002.log', first.bytes.slice());
      return log.files;
    },
  },
  {
    name: 'v1-newer-version',
    damage: 'none: written by a later release, format version 2',
    outcome: 'error FORMAT_UNSUPPORTED: the superblock, offset 0',
    reason: 'Refused before anything else is looked at, and never changed.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const superblock = log.openSuperblock([{ first: 1 }]);
      makeNewer(superblock, 0);
      makeNewer(superblock, SLOT_BYTES);
      makeNewer(first.bytes, 0);
      return log.files;
    },
  },
  {
    name: 'v1-newer-segment',
    damage: 'one segment has format version 2, the superblock has version 1',
    outcome: 'FORMAT_UNSUPPORTED: the segment, offset 0',
    reason: 'Every file states its version; each is checked.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const second = log.rotate(first, 2);
      putCities(log, second, 4, 1);
      log.openSuperblock([{ first: 1 }]);
      makeNewer(second.bytes, 0);
      return log.files;
    },
  },
];
