// Bugs of group commit: what is called durable before it is, or stays so after a failure.

import type { PlantedBug } from './planted-bug.js';

const ROUND = 'src/sync/sync-round.ts';
const ROUND_TESTS = 'test/sync/sync-round.test.ts';
const CAPTURE_TESTS = 'test/sync/sync-capture.test.ts';
const FAILURE_TESTS = 'test/sync/sync-failure.test.ts';

export const SYNC_BUGS: readonly PlantedBug[] = [
  {
    name: 'acknowledged-before-sync',
    reference: 'D1',
    what: 'the durable sequence is raised before the files are synced',
    file: ROUND,
    find: '    if (durable === words[DURABLE]) return false;\n',
    replace:
      '    if (durable === words[DURABLE]) return false;\n    Atomics.store(words, DURABLE, durable);\n',
    test: {
      file: FAILURE_TESTS,
      title:
        'a sync that fails poisons the store; nothing is durable by it, nothing is tried again',
    },
    secondsMax: 20,
  },
  {
    name: 'lane-not-synced',
    reference: 'D2',
    what: 'a round captures every lane and syncs all but one',
    file: ROUND,
    find: 'if (control.isPresent(lane)) this.#syncLane(lane);',
    replace: 'if (control.isPresent(lane) && lane !== 1) this.#syncLane(lane);',
    test: {
      file: 'test/store/lanes.test.ts',
      title: 'a store that is closed with several lanes gives everything back at the next open',
    },
    secondsMax: 20,
  },
  {
    name: 'durable-is-the-maximum',
    reference: 'D3',
    what: 'the durable sequence is the highest that was captured of any lane, not one that all have reached',
    stands:
      'a watermark for each lane does not exist: one dense sequence over all of them has its place',
    file: ROUND,
    find: `      for (let lane = 0; lane < control.lanesMax; lane++) {
        if (control.isPresent(lane)) this.#syncLane(lane);
`,
    replace: `      for (let lane = 0; lane < control.lanesMax; lane++) {
        durable = Math.max(durable, words[control.laneStart(lane) + LANE_PUBLISHED]!);
      }
      for (let lane = 0; lane < control.lanesMax; lane++) {
        if (control.isPresent(lane)) this.#syncLane(lane);
`,
    also: [
      { find: '  LANE_POSITION,\n', replace: '  LANE_POSITION,\n  LANE_PUBLISHED,\n' },
      { find: 'const durable =', replace: 'let durable =' },
    ],
    test: {
      file: CAPTURE_TESTS,
      title: 'what is written between the captures of two lanes is left to the next round',
    },
    secondsMax: 20,
  },
  {
    name: 'durable-read-after-sync',
    reference: 'D4',
    what: 'the sequence that becomes durable is read after the syncs instead of before the captures',
    file: ROUND,
    find: 'Atomics.store(words, DURABLE, durable);',
    replace: 'Atomics.store(words, DURABLE, (Atomics.load(words, NEXT_SEQUENCE) - 1) | 0);',
    test: {
      file: ROUND_TESTS,
      title: 'what is written while a round syncs is left to the next one (buffered)',
    },
    secondsMax: 20,
  },
  {
    name: 'synced-position-read-after-sync',
    reference: 'D4',
    what: 'the synced position is raised to where the lane is after the sync, not to what was captured',
    file: ROUND,
    find: 'Atomics.store(words, at + SLOT_SYNCED, end);',
    replace:
      'Atomics.store(words, at + SLOT_SYNCED, words[control.laneStart(lane) + LANE_POSITION]!);',
    test: {
      file: ROUND_TESTS,
      title: 'what is written while a round syncs is left to the next one (mapped)',
    },
    secondsMax: 20,
  },
  {
    name: 'sync-tried-again',
    reference: 'D9',
    what: 'a failed sync is tried once more, which ends well although the data is gone',
    file: ROUND,
    find: '      file.sync();\n',
    replace: '      try {\n        file.sync();\n      } catch {\n        file.sync();\n      }\n',
    test: {
      file: FAILURE_TESTS,
      title:
        'a sync that fails poisons the store; nothing is durable by it, nothing is tried again',
    },
    secondsMax: 20,
  },
  {
    name: 'idle-lane-left-out',
    reference: 'D13',
    what: 'a lane that wrote nothing since the last round is not captured, though a record of it is under way',
    stands: 'there is no minimum to leave it out of: the capture of every lane has its place',
    file: ROUND,
    find: 'if (control.isPresent(lane)) this.#capture(lane);',
    replace: `const at = control.laneStart(lane);
        const isIdle = words[at + LANE_ENTRIES] === words[at + LANE_SYNCED_ENTRIES];
        if (control.isPresent(lane) && !isIdle) this.#capture(lane);`,
    test: {
      file: CAPTURE_TESTS,
      title: 'a round waits for the record that an idle lane has under way, and makes it durable',
    },
    secondsMax: 20,
  },
  {
    name: 'descriptor-not-kept',
    reference: 'S3',
    what: 'the syncer opens a file anew for every sync: an error of writing back before is told to nobody',
    file: ROUND,
    find: '    this.#files.set(generation, file);\n',
    replace: '',
    test: {
      file: ROUND_TESTS,
      title: 'a file is opened once, when it is admitted, and kept until all of it is durable',
    },
    secondsMax: 20,
  },
  {
    name: 'failure-not-poison',
    reference: 'S3',
    what: 'a round whose sync failed leaves the store as it is',
    file: ROUND,
    find: '      poison(control, error);\n      return false;\n',
    replace: '      return false;\n',
    test: {
      file: FAILURE_TESTS,
      title:
        'a sync that fails poisons the store; nothing is durable by it, nothing is tried again',
    },
    secondsMax: 20,
  },
  {
    name: 'capture-without-lock',
    reference: 'S5',
    what: 'the syncer captures a lane while a record of it has its sequence and is not published',
    file: ROUND,
    find: 'while (!tryAcquireLock(words, at + LANE_LOCK, this.#mark, LOCK_POLL_MS)) this.admitPrepared();',
    replace: 'tryAcquireLock(words, at + LANE_LOCK, this.#mark, LOCK_POLL_MS);',
    test: {
      file: CAPTURE_TESTS,
      title: 'a round waits for the record that a busy lane has under way, and makes it durable',
    },
    secondsMax: 20,
  },
  {
    name: 'rotated-segment-not-synced',
    reference: 'S5',
    what: 'a round syncs the segment that it captured and not those that the lane left since the last one',
    file: ROUND,
    find: '      else if (state === SLOT_DRAINING) this.#syncSlot(lane, at, control.words[at + SLOT_END]!);\n',
    replace: '',
    test: {
      file: ROUND_TESTS,
      title: 'all segments that were rotated out are synced, sealed and let go (mapped)',
    },
    secondsMax: 20,
  },
  {
    name: 'durable-read-as-signed',
    reference: 'S12',
    what: 'the upper half of the sequences of an era is taken for negative numbers',
    stands: 'no counter has 64 bits: u32 words relative to an era have their place',
    file: 'src/sync/group-promises.ts',
    find: 'this.#settleUpTo(seen >>> 0);',
    replace: 'this.#settleUpTo(seen);',
    test: {
      file: 'test/sync/group-promises.test.ts',
      title: 'sequences above two thousand million are compared as unsigned',
    },
    secondsMax: 20,
  },
  {
    name: 'ignored-promise-raises',
    reference: 'S30',
    what: 'the promise of a write that nobody awaits ends the process when the store is poisoned',
    file: 'src/sync/group-promises.ts',
    find: '    Promise.prototype.then.call(this.written, undefined, () => undefined);\n',
    replace: '',
    test: {
      file: 'test/sync/group-promises.test.ts',
      title:
        'a poisoned store rejects every group with its cause, and nothing is raised that nobody awaits',
    },
    raises: true,
    secondsMax: 20,
  },
];
