// Bugs of what readers see: locks, fences, versions, and reads where there is nothing left to read.

import type { PlantedBug } from './planted-bug.js';

const FENCE = 'src/control/fence.ts';
const FENCE_TESTS = 'test/control/fence.test.ts';

export const READING_BUGS: readonly PlantedBug[] = [
  {
    name: 'fence-skips-a-lane',
    reference: 'G4',
    what: 'the fence does not pass one lane: what that has under way counts as published',
    file: FENCE,
    find: '  for (let lane = 0; lane < control.lanesMax; lane++) {\n    if (!control.isPresent(lane)) continue;\n',
    replace:
      '  for (let lane = 1; lane < control.lanesMax; lane++) {\n    if (!control.isPresent(lane)) continue;\n',
    test: {
      file: FENCE_TESTS,
      title: 'a held lane stops the fence there, whichever it is, and lock-all at the coordinator',
    },
    secondsMax: 20,
  },
  {
    name: 'lock-all-skips-a-lane',
    reference: 'G4',
    what: 'one lane goes on writing while all are held still',
    file: FENCE,
    find: '    if (control.isPresent(lane))\n      acquireLock(control.words, control.laneStart(lane) + LANE_LOCK, mark);\n',
    replace:
      '    if (lane !== 0 && control.isPresent(lane))\n      acquireLock(control.words, control.laneStart(lane) + LANE_LOCK, mark);\n',
    test: {
      file: FENCE_TESTS,
      title: 'lock-all holds the coordinator lock and every lane that is there, and gives all back',
    },
    secondsMax: 20,
  },
  {
    name: 'foreign-lane-read-without-lock',
    reference: 'S20',
    what: 'a reader searches the memtable of another thread while that inserts',
    stands: 'pages have no versions: the lock of the lane has their place',
    file: 'src/store/lane-reads.ts',
    find: 'if (lane === own) return false;',
    replace: 'if (lane === own || lane >= 0) return false;',
    test: {
      file: 'test/store/lane-reads.test.ts',
      title:
        'a foreign lane is read under its lock, the own without, and none is taken under lock-all',
    },
    secondsMax: 20,
  },
  {
    name: 'record-written-without-lock',
    reference: 'S20',
    what: 'a writer appends without its lock: others capture and read it half-way',
    stands: 'the lock held over a whole record has the place of a word that is published last',
    file: 'src/wal/lane-writer.ts',
    find: `  append(dataBytes: number, hasOperations: boolean): number {
    acquireLock(this.#control, this.#laneAt + LANE_LOCK, this.#mark);
`,
    replace: '  append(dataBytes: number, hasOperations: boolean): number {\n',
    test: {
      file: 'test/wal/lane-writer-ends.test.ts',
      title: 'a record is inserted while its lane is locked, and published after that',
    },
    secondsMax: 20,
  },
  {
    name: 'get-many-at-many-moments',
    reference: 'S21',
    what: 'each key of getMany is read as it is at its own moment',
    file: 'src/store/views.ts',
    find: 'values[index] = this.reads.getAt(keys[index] as K, point.sequence);',
    replace: 'values[index] = this.reads.getAt(keys[index] as K, 0xffffffff);',
    test: {
      file: 'test/store/callbacks.test.ts',
      title: 'getMany gives one moment, though its keys write',
    },
    secondsMax: 20,
  },
  {
    name: 'replaced-version-dropped',
    reference: 'S22',
    what: 'the version that a write replaces cannot be reached any more',
    stands: 'chains of versions are kept as long as the memtable: there are no epochs yet',
    file: 'src/memtable/memtable.ts',
    find: 'words[at] = this.state.allocateVersion(location, reference);',
    replace: 'words[at] = location;',
    test: {
      file: 'test/store/snapshot.test.ts',
      title: 'a snapshot sees what was there when it was taken, and nothing later',
    },
    secondsMax: 20,
  },
  {
    name: 'poisoned-store-reads-on',
    reference: 'S36',
    what: 'a poisoned store goes on giving values that will never be durable',
    stands: 'nobody can watch a store yet: its reads are what is left',
    file: 'src/store/engine.ts',
    find: '    if (this.#control[POISON] !== 0) throw poisonError(this.log.control);\n',
    replace: '    if (this.#control[POISON] === -1) throw poisonError(this.log.control);\n',
    test: {
      file: 'test/store/engine.test.ts',
      title: 'after a failed sync every call gets STORE_POISONED with the cause, ignored or not',
    },
    secondsMax: 20,
  },
];
