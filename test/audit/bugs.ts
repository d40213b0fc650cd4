// Bugs of durability to plant in the compiled project, and the script and rule that must find each.
// Most leave no trace in the data of any crash that can be made to happen here.

import type { Patch } from './plant.js';
import type { Io } from './stage.js';

export interface Bug {
  readonly name: string;
  readonly patches: readonly Patch[];
  readonly script: string;
  readonly rule: string;
  /** Both media by default. */
  readonly ios?: readonly Io[];
  /** Found anew in every run of the tests, on one medium. */
  readonly isInTests?: boolean;
}

const RENAME = 'src/io/durable-rename.js';
const PREPARE = 'src/wal/prepare-segment.js';
const ROUND = 'src/sync/sync-round.js';
const SEALED = 'src/store/write-sealed.js';
const OPEN_LOG = 'src/store/open-log.js';
const FILES = 'src/directory/directory-files.js';
const SUPERBLOCK = 'src/directory/superblock-writer.js';
const SYNC_DIRECTORY = 'fileSystem.syncDirectory(directory);';
const NAME_SEGMENT = 'fileSystem.rename(temporary, fileSystem.join(directory, name));';
const RAISE = 'Atomics.store(words, DURABLE, durable); Atomics.notify(words, DURABLE);';
const OLD = "report.segments.filter((one) => one.role === 'sealed' || one.role === 'live')";
const UNSYNCED_NAME: Patch = {
  file: PREPARE,
  from: `${NAME_SEGMENT}\n    ${SYNC_DIRECTORY}`,
  to: NAME_SEGMENT,
};

const acknowledging: readonly Bug[] = [
  {
    name: 'fdatasync does nothing',
    patches: [
      { file: 'src/io/node-file.js', from: 'fdatasyncSync(this.descriptor)', to: 'void 0' },
    ],
    script: 'writes',
    rule: 'acknowledged-bytes-are-synced',
    isInTests: true,
  },
  {
    name: 'acknowledged before the sync',
    patches: [
      {
        file: ROUND,
        from: 'this.#capture(lane);',
        to: `{ this.#capture(lane); ${RAISE} }`,
      },
    ],
    script: 'writes',
    rule: 'acknowledged-bytes-are-synced',
    isInTests: true,
  },
  {
    name: 'what is acknowledged is read after the sync instead of before',
    patches: [
      {
        file: ROUND,
        from: 'Atomics.store(words, DURABLE, durable);',
        to: 'Atomics.store(words, DURABLE, Atomics.load(words, NEXT_SEQUENCE) - 1);',
      },
    ],
    script: 'writes',
    rule: 'acknowledged-bytes-are-synced',
  },
  {
    name: 'one lane is not synced',
    patches: [
      {
        file: ROUND,
        from: 'this.#syncLane(lane);',
        to: 'if (lane === 0) this.#syncLane(lane);',
      },
    ],
    script: 'recycling',
    rule: 'acknowledged-bytes-are-synced',
  },
  {
    name: 'a segment that is left is not synced',
    patches: [{ file: ROUND, from: 'else if (state === SLOT_DRAINING)', to: 'else if (false)' }],
    script: 'rotation',
    rule: 'acknowledged-bytes-are-synced',
  },
];

const naming: readonly Bug[] = [
  {
    name: 'no sync of the directory after the superblock was made',
    patches: [{ file: RENAME, from: SYNC_DIRECTORY, to: '' }],
    script: 'first-open',
    rule: 'acknowledged-names-are-synced',
  },
  {
    name: 'no sync of the directory above a new store',
    patches: [{ file: FILES, from: "fileSystem.join(directory, '..')", to: 'directory' }],
    script: 'first-open',
    rule: 'acknowledged-names-are-synced',
  },
  {
    name: 'names that their maker may not have synced are relied upon',
    patches: [{ file: OPEN_LOG, from: 'held.block.counter === CREATED_COUNTER', to: 'false' }],
    script: 'unsure-reopen',
    rule: 'acknowledged-names-are-synced',
  },
  {
    name: 'no sync of the directory after the first segment was made',
    patches: [UNSYNCED_NAME],
    script: 'first-open',
    rule: 'names-before-commit',
    isInTests: true,
  },
  {
    name: 'no sync of the directory after a segment was named in a rotation',
    patches: [UNSYNCED_NAME],
    script: 'rotation',
    rule: 'acknowledged-names-are-synced',
  },
  {
    // The sync after the live segment was named, which comes next, makes their names durable too.
    name: 'no sync of the directory after sealed copies and the live segment were named',
    patches: [{ file: SEALED, from: SYNC_DIRECTORY, to: ';' }, UNSYNCED_NAME],
    script: 'unclean-reopen',
    rule: 'names-before-commit',
  },
  {
    name: 'no sync of the directory after a segment to be recycled lost its name',
    patches: [
      {
        file: PREPARE,
        from: `stands in the file.\n    ${SYNC_DIRECTORY}`,
        to: 'stands in the file.',
      },
    ],
    script: 'recycling',
    rule: 'name-before-rewrite',
    isInTests: true,
  },
  {
    name: 'a segment is named before its content is synced',
    patches: [
      {
        file: PREPARE,
        from: 'file.sync();\n        nameSegment(context, temporary, name);',
        to: 'nameSegment(context, temporary, name);\n        file.sync();',
      },
    ],
    script: 'first-open',
    rule: 'content-before-name',
  },
  {
    name: 'the superblock is named before its content is synced',
    patches: [{ file: RENAME, from: 'file.sync();', to: '' }],
    script: 'first-open',
    rule: 'content-before-name',
  },
  {
    name: 'sealed copies are named before they are synced',
    patches: [{ file: SEALED, from: 'await file.syncInBackground();', to: '' }],
    script: 'unclean-reopen',
    rule: 'content-before-name',
  },
];

const committing: readonly Bug[] = [
  {
    name: 'the old segments go before the commit',
    patches: [
      {
        file: OPEN_LOG,
        from: 'superblock.commit({',
        to: `removeFiles(context.fileSystem, context.directory, ${OLD}.map((one) => one.file));
    superblock.commit({`,
      },
    ],
    script: 'unclean-reopen',
    rule: 'commit-before-removal',
  },
  {
    name: 'segments are recycled though the superblock still leads to them',
    patches: [
      {
        file: 'test/audit/scripts/recycling.js',
        from: 'this.#superblock.commit({ state: STORE_OPEN, firstSequence',
        to: 'void ({ state: STORE_OPEN, firstSequence',
      },
    ],
    script: 'recycling',
    rule: 'commit-before-removal',
  },
  {
    name: 'the first slot of a commit is not synced',
    patches: [{ file: SUPERBLOCK, from: 'file.sync();', to: 'if (slot === 1) file.sync();' }],
    script: 'first-open',
    rule: 'one-slot-at-a-time',
  },
  {
    name: 'the slot that was read is not made durable',
    patches: [{ file: OPEN_LOG, from: 'superblock.persist();', to: '' }],
    script: 'unclean-reopen',
    rule: 'one-slot-at-a-time',
  },
  {
    name: 'every round writes the segment from its beginning',
    patches: [
      {
        file: ROUND,
        from: '* 8 + synced, end - synced, synced)',
        to: '* 8 + 4096, end - 4096, 4096)',
      },
    ],
    script: 'writes',
    rule: 'appended-only',
    ios: ['buffered'],
  },
  {
    name: 'a failed sync is tried again',
    patches: [
      {
        file: ROUND,
        from: 'file.sync();',
        to: 'try { file.sync(); } catch { file.sync(); }',
      },
    ],
    script: 'failed-sync',
    rule: 'nothing-after-failure',
  },
  {
    name: 'a failed sync of the superblock is tried again',
    patches: [
      {
        file: SUPERBLOCK,
        from: 'file.sync();',
        to: 'try { file.sync(); } catch { file.sync(); }',
      },
    ],
    script: 'failed-commit',
    rule: 'nothing-after-failure',
  },
];

const ofLogs: readonly Bug[] = [
  {
    name: 'segments of a log go though the superblock still leads to them',
    patches: [
      { file: 'src/log/retire.js', from: 'commitBeginning(engine, places[first]);', to: '' },
    ],
    script: 'log-retiring',
    rule: 'commit-before-removal',
  },
  {
    name: 'what a log believed from the page cache is not synced',
    patches: [{ file: 'src/log/repair-log.js', from: 'file.sync();', to: '' }],
    script: 'log-unclean-reopen',
    rule: 'names-before-commit',
  },
];

export const BUGS: readonly Bug[] = [...acknowledging, ...naming, ...committing, ...ofLogs];
