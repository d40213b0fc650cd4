// Bugs of files, segments and checksums: names, blocks, descriptors, mappings.

import type { PlantedBug } from './planted-bug.js';

const PREPARE = 'src/wal/prepare-segment.ts';
const PREPARE_TESTS = 'test/wal/prepare-segment.test.ts';
const CRC = 'src/codec/crc32.ts';
const CRC_TESTS = 'test/codec/crc32.test.ts';
const KILL_TESTS = 'test/store/after-a-kill.test.ts';
const FILE_TESTS = 'test/io/node-file.test.ts';
const FILE_SYSTEM = 'src/io/node-file-system.ts';
const FILE_SYSTEM_TESTS = 'test/io/node-file-system.test.ts';

export const FILE_BUGS: readonly PlantedBug[] = [
  {
    name: 'checksum-without-length',
    reference: 'D5',
    what: 'the checksum of a record does not cover its length',
    file: CRC,
    find: 'const head = length ^ ~seed;',
    replace: 'const head = ~seed;',
    test: {
      file: CRC_TESTS,
      title: 'recordCrc in plain memory continues its seed over length and data, at every length',
    },
    secondsMax: 20,
  },
  {
    name: 'checksum-without-generation',
    reference: 'D6',
    what: 'a record of an earlier life of a segment has a checksum that holds',
    file: CRC,
    find: 'view.setUint32(storeId.length + 4, generation, true);',
    replace: 'view.setUint32(storeId.length + 4, Math.min(generation, 1), true);',
    test: {
      file: 'test/wal/segment-recycling.test.ts',
      title: 'a recycled segment holds old records behind its new ones, and they are not found',
    },
    secondsMax: 20,
  },
  {
    name: 'checksum-without-last-byte',
    reference: 'G3',
    what: 'the checksum of a short record leaves out its last byte',
    file: CRC,
    find: 'for (; at < end; at++)',
    replace: 'for (; at < end - 1; at++)',
    test: {
      file: 'test/wal/wal-reader.test.ts',
      title: 'any bit of a record that is not its padding stops the reading there',
    },
    secondsMax: 20,
  },
  {
    name: 'long-checksum-without-last-byte',
    reference: 'G3',
    what: 'the checksum of a long record leaves out its last byte',
    file: CRC,
    find: 'bytes.subarray(start, start + length)',
    replace: 'bytes.subarray(start, start + length - 1)',
    test: {
      file: CRC_TESTS,
      title:
        'every bit of length, data and seed changes the checksum, on both sides of the threshold',
    },
    secondsMax: 20,
  },
  {
    name: 'segment-name-not-synced',
    reference: 'D8',
    what: 'the new name of a prepared segment is not made durable',
    file: PREPARE,
    find: '  fileSystem.rename(temporary, fileSystem.join(directory, name));\n  fileSystem.syncDirectory(directory);\n',
    replace: '  fileSystem.rename(temporary, fileSystem.join(directory, name));\n',
    test: {
      file: KILL_TESTS,
      title: 'mapped: a store whose recovery or close was killed anywhere loses nothing to a cut',
    },
    secondsMax: 20,
  },
  {
    name: 'rename-not-synced',
    reference: 'D8',
    what: 'the new name of a file that replaces another is not made durable',
    file: 'src/io/durable-rename.ts',
    find: '  fileSystem.syncDirectory(directory);\n',
    replace: '',
    test: {
      file: KILL_TESTS,
      title: 'mapped: a store whose creation was killed anywhere keeps what is acknowledged later',
    },
    secondsMax: 20,
  },
  {
    name: 'recycled-under-its-old-name',
    reference: 'S11',
    what: 'a recycled segment gets its new identity while its old name may still come back',
    file: PREPARE,
    find: '  fileSystem.syncDirectory(directory);\n  const file = fileSystem.openWrite(temporary);\n',
    replace: '  const file = fileSystem.openWrite(temporary);\n',
    test: {
      file: PREPARE_TESTS,
      title: 'a cut at any call leaves names that agree with what is inside (buffered)',
    },
    secondsMax: 20,
  },
  {
    name: 'fdatasync-does-nothing',
    reference: 'G1',
    what: 'a sync returns without having asked the system for one',
    file: 'src/io/node-file.ts',
    find: '      fdatasyncSync(this.descriptor);\n',
    replace: '      if (this.descriptor < 0) fdatasyncSync(this.descriptor);\n',
    test: {
      file: FILE_TESTS,
      title: 'a sync reaches the system: what cannot be synced is an error',
    },
    secondsMax: 20,
  },
  {
    name: 'failed-background-sync-resolves',
    reference: 'G1',
    what: 'a sync in the background resolves though it failed',
    file: 'src/io/node-file.ts',
    find: 'if (cause === null) return resolve();',
    replace: 'if (cause === null || cause.errno !== 0) return resolve();',
    test: {
      file: 'test/io/node-file.test.ts',
      title: 'a sync in the background resolves, or rejects with the file',
    },
    secondsMax: 20,
  },
  {
    name: 'directory-sync-does-nothing',
    reference: 'G1',
    what: 'a directory is opened and closed, not synced',
    file: FILE_SYSTEM,
    find: '        fsyncSync(descriptor);\n',
    replace: '        if (descriptor < 0) fsyncSync(descriptor);\n',
    test: {
      file: FILE_SYSTEM_TESTS,
      title: 'a sync of a directory reaches the system: one that cannot be synced is an error',
    },
    secondsMax: 20,
  },
  {
    name: 'mapping-not-populated',
    reference: 'G2',
    what: 'a mapped segment gets its pages at the first stores, where a full disk is a signal',
    file: FILE_SYSTEM,
    find: 'native.advise(address, bytes, MADV_POPULATE_WRITE)',
    replace: 'native.advise(address, 0, MADV_POPULATE_WRITE)',
    test: {
      file: FILE_SYSTEM_TESTS,
      title: 'every page of a region is there from the start',
    },
    secondsMax: 20,
  },
  {
    name: 'blocks-not-written',
    reference: 'G2',
    what: 'the blocks of a segment that images are written to are reserved only: every sync is three times as long',
    file: PREPARE,
    find: 'file.allocate(segment.bytes, !context.isMapped);',
    replace: 'file.allocate(segment.bytes);',
    test: {
      file: PREPARE_TESTS,
      title:
        'blocks that an image is written to are written beforehand, those of a mapping reserved',
    },
    secondsMax: 20,
  },
  {
    name: 'image-not-faulted-in',
    reference: 'G2',
    what: 'the writer meets a page fault at every page of a standby',
    file: PREPARE,
    find: '  faultIn(context, lane, slot);\n',
    replace: '  if (lane < 0) faultIn(context, lane, slot);\n',
    test: {
      file: PREPARE_TESTS,
      title: 'the writer of a standby that the preparer made meets no page fault in its image',
    },
    secondsMax: 20,
  },
  {
    name: 'lock-tied-to-worker',
    reference: 'S4',
    what: 'the flock hangs on a descriptor that Node closes when the worker that took it ends',
    stands:
      'no descriptor crosses threads: what is left is the one of LOCK, which has to outlive them',
    file: 'src/io/directory-flock.ts',
    find: "return mode === 'shared' ? native.openRead(path) : native.open(path);",
    replace: "return openSync(path, native && mode === 'shared' ? 'r' : 'r+');",
    also: [
      {
        find: 'import { LaneError } from',
        replace: "import { openSync } from 'node:fs';\nimport { LaneError } from",
      },
    ],
    test: {
      file: 'test/io/directory-lock.test.ts',
      title: 'the flock of a worker that ended is held until its process ends',
    },
    secondsMax: 30,
  },
  {
    name: 'short-file-mapped',
    reference: 'S29',
    what: 'a region reaches past the end of its file, where a store is a signal',
    stands: 'nothing ever makes a file shorter: what is left is mapping one that is',
    file: FILE_SYSTEM,
    find: '    if (size < bytes) {\n',
    replace: '    if (size < 0) {\n',
    test: {
      file: FILE_SYSTEM_TESTS,
      title: 'a file shorter than the region is refused, for its end would be a signal',
    },
    secondsMax: 20,
  },
  {
    name: 'mapped-memory-read',
    reference: 'S29',
    what: 'an image is brought up to date from the mapping of its file',
    stands: 'tree and value log do not exist yet: the log is the one thing that is mapped',
    file: 'src/wal/lane-writer.ts',
    find: '    this.#mapped = region?.words;\n',
    replace: `    if (region !== undefined) {
      this.#memory.bytes.set(region.bytes.subarray(0, position), this.#image);
    }
    this.#mapped = region?.words;
`,
    test: {
      file: 'test/store/mapped-memory.test.ts',
      title: 'nothing is ever read from a mapping: noise in all of them changes nothing',
    },
    secondsMax: 20,
  },
];
