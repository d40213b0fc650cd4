// Bugs of creating, recovering and closing: what is believed, committed and deleted in which order.

import type { PlantedBug } from './planted-bug.js';

const OPEN_LOG = 'src/store/open-log.ts';
const FIXTURE_TESTS = 'test/fixtures.test.ts';
const KILL_TESTS = 'test/store/after-a-kill.test.ts';

export const OPENING_BUGS: readonly PlantedBug[] = [
  {
    name: 'recovered-copies-not-synced',
    reference: 'S1',
    what: 'what an open found in the page cache is copied, but the copies are not synced',
    file: 'src/store/write-sealed.ts',
    find: '    await file.syncInBackground();\n',
    replace: '    await Promise.resolve();\n',
    test: {
      file: KILL_TESTS,
      title: 'buffered: what an open shows after a kill is on the disk, not in its cache alone',
    },
    secondsMax: 30,
  },
  {
    name: 'superblock-believed-from-cache',
    reference: 'D10',
    what: 'the slot that an open found is not written again: it may be in the page cache only',
    file: OPEN_LOG,
    find: '  superblock.persist();\n',
    replace: '',
    test: {
      file: KILL_TESTS,
      title: 'buffered: a store whose recovery or close was killed anywhere loses nothing to a cut',
    },
    secondsMax: 30,
  },
  {
    name: 'store-directory-not-synced',
    reference: 'D7',
    what: 'the name of the new directory is not made durable',
    file: OPEN_LOG,
    find: '  syncParent(fileSystem, directory);\n  for (const name',
    replace: '  for (const name',
    test: {
      file: KILL_TESTS,
      title:
        'buffered: a store whose creation was killed anywhere keeps what is acknowledged later',
    },
    secondsMax: 30,
  },
  {
    name: 'old-segments-removed-before-commit',
    reference: 'D11',
    what: 'recovery deletes the old segments before the superblock names the copies',
    stands: 'checkpoints do not exist yet: what recovery commits has their place',
    file: OPEN_LOG,
    find: '  words[DURABLE] = durable;\n  superblock.commit({',
    replace: `  words[DURABLE] = durable;
  removeFiles(
    context.fileSystem,
    context.directory,
    report.segments.filter((one) => one.role !== 'standby').map((one) => one.file),
  );
  superblock.commit({`,
    test: {
      file: KILL_TESTS,
      title: 'buffered: a store whose recovery or close was killed anywhere loses nothing to a cut',
    },
    secondsMax: 30,
  },
  {
    name: 'era-not-raised',
    reference: 'D12, S8',
    what: 'after an unclean stop sequences that readers may have seen are given a second time',
    file: 'src/store/copy-sink.ts',
    find: 'this.#log.control.words[ERA] = state.block.era + 1;',
    replace: 'this.#log.control.words[ERA] = state.block.era;',
    test: {
      file: 'test/store/store.test.ts',
      title: 'a version that was lost with an unclean stop is never issued again',
    },
    secondsMax: 30,
  },
  {
    name: 'records-behind-the-gap-kept',
    reference: 'S8',
    what: 'records behind the first missing sequence come back',
    file: 'src/recovery/recover.ts',
    find: '      report.droppedRecords++;\n',
    replace: '      report.droppedRecords++;\n      sink?.accept(stream);\n',
    test: {
      file: 'test/recovery/recover-order.test.ts',
      title:
        'whatever is lost that was not durable, the prefix before it survives and nothing is refused',
    },
    secondsMax: 30,
  },
  {
    name: 'watermark-of-the-era-before',
    reference: 'S12',
    what: 'sequences begin anew in a new era, the durable one keeps its number of the era before',
    stands: 'the words are relative to a base that moves with the era',
    file: OPEN_LOG,
    find: '  words[DURABLE] = durable;\n',
    replace: '  words[DURABLE] = report.lastSequence;\n',
    test: {
      file: KILL_TESTS,
      title: 'buffered: a store whose recovery or close was killed anywhere loses nothing to a cut',
    },
    secondsMax: 30,
  },
  {
    name: 'commit-in-one-slot',
    reference: 'S9',
    what: 'a commit writes one slot of the superblock: when that rots, an older store is opened',
    file: 'src/directory/superblock-writer.ts',
    find: 'for (let round = 0; round < SLOT_COUNT; round++) {',
    replace: 'for (let round = 0; round < 1; round++) {',
    test: {
      file: 'test/directory/superblock-writer.test.ts',
      title: 'a commit writes the slot that does not hold, then the other, syncing each',
    },
    secondsMax: 20,
  },
  {
    name: 'one-slot-is-clean',
    reference: 'S9',
    what: 'one slot alone is believed that the store was closed, though the other, damaged one was newer',
    file: 'src/recovery/read-superblock.ts',
    find: '    valid.length === SLOT_COUNT &&\n',
    replace: '',
    test: {
      file: 'test/recovery/read-superblock.test.ts',
      title: 'a slot that is damaged leaves the other, and both are reported',
    },
    secondsMax: 20,
  },
  {
    name: 'superblock-not-synced',
    reference: 'S9',
    what: 'a commit returns when its slot is in the page cache: the log that it replaces is then deleted',
    file: 'src/directory/superblock-writer.ts',
    find: '  file.sync();\n',
    replace: '',
    test: {
      file: KILL_TESTS,
      title: 'buffered: a store whose recovery or close was killed anywhere loses nothing to a cut',
    },
    secondsMax: 30,
  },
  {
    name: 'first-write-not-announced',
    reference: 'S9',
    what: 'the superblock of a store that is written still says that its log ends where it was closed',
    file: 'src/store/engine.ts',
    find: 'superblock.commit({ state: STORE_OPEN, nextGeneration: this.#nextGeneration() });',
    replace: `const state = this.#isClosing ? STORE_OPEN : STORE_CLEAN;
        superblock.commit({ state, nextGeneration: this.#nextGeneration() });`,
    test: {
      file: 'test/support/test-environment.test.ts',
      title: 'buffered: what is acknowledged survives the loss of all that was not synced',
    },
    secondsMax: 30,
  },
  {
    name: 'lane-seen-before-listed',
    reference: 'S10',
    what: 'a lane may write before the superblock lists it',
    file: 'src/store/lanes.ts',
    find: '  const generation = beginLane(context, lane);\n',
    replace: '  const generation = beginLane(context, lane);\n  admitLane(context, lane, mark);\n',
    test: {
      file: 'test/store/lanes.test.ts',
      title:
        'a lane is listed in the superblock before anybody sees it, and the store is open then',
    },
    secondsMax: 20,
  },
  {
    name: 'generation-given-again',
    reference: 'S10',
    what: 'recovery counts on from the superblock and not from the files: its copies replace segments of the log',
    file: 'src/directory/unused-generation.ts',
    find: 'next = Math.max(next, parsed.generation + 1);',
    replace: 'next = Math.max(next, block.nextGeneration);',
    test: {
      file: KILL_TESTS,
      title: 'buffered: a store whose recovery or close was killed anywhere loses nothing to a cut',
    },
    secondsMax: 30,
  },
  {
    name: 'missing-segment-is-an-end',
    reference: 'S10',
    what: 'a segment that its predecessor names and that is not there counts as the end of the lane',
    file: 'src/recovery/lane-stream.ts',
    find: '      this.#enter(next);\n',
    replace:
      '      try {\n        this.#enter(next);\n      } catch {\n        return this.#end();\n      }\n',
    test: {
      file: 'test/recovery/lane-stream.test.ts',
      title: 'a trailer that names a segment which is not there is corruption',
    },
    secondsMax: 20,
  },
  {
    name: 'evidence-not-weighed',
    reference: 'S2',
    what: 'what records behind the damage know to have been durable is found and not heeded',
    file: 'src/recovery/recover.ts',
    find: '    report.durableEvidence = Math.max(report.durableEvidence, stream.evidence.durable);\n',
    replace: '',
    test: {
      file: FIXTURE_TESTS,
      title: 'v1-damaged-below-watermark: recovery reports what is expected and changes no byte',
    },
    secondsMax: 20,
  },
  {
    name: 'evidence-search-gives-up',
    reference: 'G5',
    what: 'the search behind damage ends at the first place that holds no record',
    file: 'src/wal/wal-reader.ts',
    find: 'if (!isPlausible(segment, at, dataBytes)) continue;',
    replace: 'if (!isPlausible(segment, at, dataBytes)) break;',
    test: {
      file: 'test/wal/wal-reader.test.ts',
      title: 'records are found behind a torn length, a gap of zeros and a gap of noise',
    },
    secondsMax: 20,
  },
  {
    name: 'unreached-segments-not-searched',
    reference: 'S10',
    what: 'segments that no chain reaches are not searched for evidence',
    file: 'src/recovery/recover.ts',
    find: '  for (const name of survey.unreached) examineUnreached(facts, name);\n',
    replace: '  if (survey.unreached.length < 0) examineUnreached(facts, "");\n',
    test: {
      file: FIXTURE_TESTS,
      title: 'v1-damaged-trailer: recovery reports what is expected and changes no byte',
    },
    secondsMax: 20,
  },
  {
    name: 'idle-watermark-not-written',
    reference: 'S2',
    what: 'a store that falls idle leaves no record that knows of the last acknowledged one',
    file: 'src/store/engine.ts',
    find: '    this.#idleSequence = this.writer!.appendNoOp() >>> 0;\n',
    replace: '    this.#idleSequence = this.lastWritten;\n',
    test: {
      file: 'test/store/engine.test.ts',
      title: 'an idle store writes its watermark once, then rests',
    },
    secondsMax: 20,
  },
];
