// Log and tree walked together against a sorted map: every kind of bound, both directions, runs of
// every length; what the log says goes before what the tree says.

import test from 'ava';

import { NO_TREE } from '../../src/fold/tree-roots.js';
import {
  KIND_DELETE,
  KIND_PUT,
  keyBytesOf,
  keyDistanceOf,
  WORD_SEQUENCE,
} from '../../src/format/operation.js';
import { SEQUENCE_NEWEST } from '../../src/memtable/memtable.js';
import { EntryRun } from '../../src/store/entry-run.js';
import { MergedWalk } from '../../src/store/merged-walk.js';
import { TreeValues } from '../../src/store/tree-entry.js';
import { TreeRange } from '../../src/tree/tree-range.js';
import { DIRECTORY, folderOn, readersOn } from '../support/folded-store.js';
import { MemtableFixture } from '../support/memtable-fixture.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';
import { changeList } from '../support/tree-fixture.js';

interface Stated {
  value: string;
  version: number;
}

function entriesOf(run: EntryRun): [string, Stated][] {
  const { words, buffer } = run.memory;
  return [...run.locations.subarray(0, run.count)].map((location) => {
    const at = location << 1;
    const key = location * 8 + keyDistanceOf(words[at]!);
    const end = key + keyBytesOf(words[at]!);
    const value = buffer.toString('latin1', end, end + words[at + 1]!);
    return [buffer.toString('latin1', key, end), { value, version: words[at + WORD_SEQUENCE]! }];
  });
}

for (const shape of [
  'mostly log',
  'mostly tree',
  'both',
  'nothing in the log',
  'nothing in the tree',
]) {
  test(`log and tree together equal a sorted map: ${shape}`, (t) => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    t.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const below = (end: number): number => Math.floor(random() * end);
    const randomKey = (): string => `key${String(below(3000)).padStart(4, '0')}`;
    const randomValue = (): string =>
      String.fromCharCode(97 + below(26)).repeat(random() < 0.01 ? 70_000 : below(150));
    const disk = new TestDisk();
    disk.makeDirectory(DIRECTORY);
    const model = new Map<string, Stated>();
    const inTree = shape === 'nothing in the tree' ? 0 : shape === 'mostly log' ? 50 : 1500;
    const inLog = shape === 'nothing in the log' ? 0 : shape === 'mostly tree' ? 50 : 1500;
    for (let index = 0; index < inTree; index++)
      model.set(randomKey(), { value: randomValue(), version: index + 1 });
    const folder = folderOn(disk, NO_TREE);
    folder.commit(folder.fold([changeList(model)], { now: 0, pinned: [] }));
    const { cache, frames } = readersOn(disk);
    const log = new MemtableFixture();
    log.sequence = 10_000;
    for (let index = 0; index < inLog; index++) {
      const key = randomKey();
      const value = randomValue();
      const isDelete = random() < 0.4;
      log.memtable.reserve(1);
      log.memtable.insert(
        log.place(
          Buffer.from(key),
          isDelete ? KIND_DELETE : KIND_PUT,
          Buffer.from(isDelete ? '' : value),
        ),
      );
      if (isDelete) model.delete(key);
      else model.set(key, { value, version: log.sequence });
    }
    const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let step = 0; step < 60; step++) {
      const lower = random() < 0.4 ? undefined : randomKey();
      const upper = random() < 0.4 ? undefined : randomKey();
      const [isLowerIncluded, isUpperIncluded, isReverse] = [
        random() < 0.5,
        random() < 0.5,
        random() < 0.5,
      ];
      const expected = sorted.filter(
        ([key]) =>
          (lower === undefined || key > lower || (key === lower && isLowerIncluded)) &&
          (upper === undefined || key < upper || (key === upper && isUpperIncluded)),
      );
      if (isReverse) expected.reverse();
      const hasValues = random() < 0.7;
      const bounds = {
        lower: lower === undefined ? undefined : Buffer.from(lower),
        upper: upper === undefined ? undefined : Buffer.from(upper),
        isLowerIncluded,
        isUpperIncluded,
      };
      const tree = new TreeRange(cache, folder.roots.root, bounds, isReverse);
      tree.begin();
      const walk = new MergedWalk({
        log: log.cursor(bounds, isReverse, SEQUENCE_NEWEST, true),
        logMemory: log.memory,
        era: 0,
        tree,
        values: hasValues ? new TreeValues(frames) : undefined,
        isReverse,
      });
      const found: [string, Stated][] = [];
      const run = new EntryRun(1 + below(300));
      while (!walk.isDone) {
        run.clear();
        walk.fill(run, 1 + below(300), 1 + below(500));
        found.push(...entriesOf(run));
      }
      t.deepEqual(
        found,
        hasValues ? expected : expected.map(([key, { version }]) => [key, { value: '', version }]),
      );
    }
  });
}
