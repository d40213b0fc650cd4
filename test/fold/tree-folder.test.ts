// Folding against a model: roots, snapshots and reopenings at random; live bytes, pages and files
// agree after each; what a cut of power leaves is what was committed last.

import test from 'ava';

import type { Folded } from '../../src/fold/tree-folder.js';
import { NO_TREE, type TreeRoots } from '../../src/fold/tree-roots.js';
import { contentsOf, DIRECTORY, disagreements, folderOn } from '../support/folded-store.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';
import type { TreeChange } from '../support/tree-fixture.js';
import { changeList } from '../support/tree-fixture.js';

type Random = () => number;
type Model = Map<string, string>;

const below = (random: Random, end: number): number => Math.floor(random() * end);

function newDisk(): TestDisk {
  const disk = new TestDisk();
  disk.makeDirectory(DIRECTORY);
  disk.syncDirectory('/');
  return disk;
}

/** Changes at random, applied to the model too. */
function randomChanges(random: Random, model: Model, version: number): Map<string, TreeChange> {
  const changes = new Map<string, TreeChange>();
  const size = [0, 1, 20, 300][below(random, 4)]!;
  const range = [50, 2000][below(random, 2)]!;
  for (let index = 0; index < size; index++) {
    const key = `key${String(below(random, range)).padStart(5, '0')}`;
    const bytes = random() < 0.02 ? 9000 : below(random, 200);
    const value = String.fromCharCode(97 + below(random, 26)).repeat(bytes);
    if (random() < 0.3) {
      changes.set(key, undefined);
      model.delete(key);
    } else {
      changes.set(key, { value, version: version + index });
      model.set(key, value);
    }
  }
  return changes;
}

const contents = (disk: TestDisk, { root }: Pick<TreeRoots, 'root'>): Model =>
  contentsOf(disk, root);
const sorted = (model: Model): [string, string][] =>
  [...model].sort(([a], [b]) => (a < b ? -1 : 1));

test('folds equal a map, with snapshots, reopenings and cuts of power between them', (t) => {
  const seed = below(Math.random, 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  let disk = newDisk();
  let roots = NO_TREE;
  let folder = folderOn(disk, roots);
  const model: Model = new Map();
  let pins: { merge: number; roots: TreeRoots; model: Model }[] = [];
  for (let round = 0; round < 120; round++) {
    const models: Model[] = [];
    const lists = Array.from({ length: 1 + below(random, 3) }, (_, step) => {
      const changes = randomChanges(random, model, round * 1000 + step * 300 + 1);
      models.push(new Map(model));
      return changeList(changes);
    });
    const before = new Map(contents(disk, roots));
    const pinned = pins.map(({ merge }) => merge);
    const folded: Folded = folder.fold(lists, { now: 0, pinned, isRewrite: random() < 0.05 });
    for (const [index, step] of folded.steps.entries()) {
      t.deepEqual(
        sorted(contents(disk, step)),
        sorted(models[index]!),
        `round ${round}, step ${index}`,
      );
    }
    if (random() < 0.15) {
      // Before the superblock: the old roots hold, whatever is lost.
      disk = disk.cut(below(random, 2 ** 31));
      pins = [];
      folder = folderOn(disk, roots);
      t.deepEqual(sorted(contents(disk, roots)), sorted(before));
      t.deepEqual(disagreements(disk, roots), []);
      model.clear();
      for (const [key, value] of before) model.set(key, value);
      continue;
    }
    roots = folded.roots;
    folder.commit(folded);
    for (const [index, step] of folded.steps.slice(0, -1).entries()) {
      const shown = { ...roots, root: step.root };
      if (random() < 0.5) pins.push({ merge: step.merge, roots: shown, model: models[index]! });
    }
    if (random() < 0.3) {
      pins.push({ merge: folded.steps.at(-1)!.merge, roots, model: new Map(model) });
    }
    for (const pin of pins) t.deepEqual(sorted(contents(disk, pin.roots)), sorted(pin.model));
    if (random() < 0.4) pins = pins.filter(() => random() < 0.5);
    const end = random();
    if (end < 0.2) {
      disk = disk.cut(below(random, 2 ** 31), 'lose-all-unsynced');
      pins = [];
      folder = folderOn(disk, roots);
    } else if (end < 0.4) {
      folder.close();
      folder = folderOn(disk, roots);
      pins = [];
    }
    t.deepEqual(disagreements(disk, roots), [], `round ${round}`);
  }
  folder.commit(folder.fold([], { now: 0, pinned: [] }));
  t.deepEqual(disagreements(disk, folder.roots, folder), []);
});

test('what nothing leads to any more goes with the commit, what is pinned with its pin', (t) => {
  const disk = newDisk();
  const folder = folderOn(disk, NO_TREE);
  const put = (letter: string) =>
    changeList(
      new Map(
        Array.from({ length: 50 }, (_, index) => [
          `key${100 + index}`,
          { value: letter.repeat(100), version: 1 },
        ]),
      ),
    );
  folder.commit(folder.fold([put('a')], { now: 0, pinned: [] }));
  const pinned = folder.roots;
  folder.commit(folder.fold([put('b')], { now: 0, pinned: [pinned.merge] }));
  t.is(contents(disk, pinned).get('key100'), 'a'.repeat(100));
  const all = new Map(Array.from({ length: 50 }, (_, index) => [`key${100 + index}`, undefined]));
  folder.commit(folder.fold([changeList(all)], { now: 0, pinned: [pinned.merge] }));
  t.is(contents(disk, pinned).get('key149'), 'a'.repeat(100));
  t.is(folder.roots.root.page, 0);
  folder.commit(folder.fold([], { now: 0, pinned: [] }));
  t.deepEqual(disk.list(DIRECTORY), ['index.tree']);
  t.is(disk.readFileRaw(`${DIRECTORY}/index.tree`)?.length, 4096);
  t.deepEqual(disagreements(disk, folder.roots, folder), []);
  t.is(folder.pagesUsed, 0);
});

test('index.tree is cut where nothing is left, and never below what the superblock says', (t) => {
  const disk = newDisk();
  const folder = folderOn(disk, NO_TREE);
  const size = () => disk.readFileRaw(`${DIRECTORY}/index.tree`)!.length / 4096;
  const keys = Array.from({ length: 5000 }, (_, index) => `key${10_000 + index}`);
  const put = new Map(keys.map((key) => [key, { value: 'v'.repeat(40), version: 1 }]));
  folder.commit(folder.fold([changeList(put)], { now: 0, pinned: [] }));
  const full = folder.roots;
  const large = size();
  t.is(full.pages, large);
  const most = new Map(keys.slice(20).map((key) => [key, undefined]));
  const folded = folder.fold([changeList(most)], { now: 0, pinned: [full.merge] });
  folder.commit(folded);
  t.true(size() >= large, 'a pinned root is read on');
  t.is(contents(disk, full).size, 5000);
  for (let round = 0; round < 3; round++) {
    folder.commit(
      folder.fold([changeList(new Map([[keys[round]!, undefined]]))], { now: 0, pinned: [] }),
    );
    t.true(size() >= folder.roots.pages);
    t.deepEqual(disagreements(disk, folder.roots, folder), []);
    const after = disk.cut(round);
    t.deepEqual(contents(after, folder.roots), contents(disk, folder.roots));
  }
  t.true(size() <= 8, `${size()} pages`);
});

test('facts of a commit of any length are there after the next ones, and go with them', (t) => {
  const disk = newDisk();
  const folder = folderOn(disk, NO_TREE);
  const commits = [10, 1024, 1025, 100_000, 1, 5000].map((bytes) =>
    new Uint8Array(bytes).fill(bytes),
  );
  for (const commit of commits) {
    folder.commit(folder.fold([], { now: 0, pinned: [], commit }));
    const other = folderOn(disk, folder.roots);
    const folded = other.fold([], { now: 0, pinned: [] });
    t.deepEqual(folded.catalogue.commit, commit);
    other.abandon();
    t.deepEqual(disagreements(disk, folder.roots, folder), []);
  }
});

test('a full disk at any call loses nothing, and the fold is done when there is room', (t) => {
  const random = seededRandom(77);
  const base = newDisk();
  const first = folderOn(base, NO_TREE);
  const model: Model = new Map();
  first.commit(
    first.fold(
      [changeList(randomChanges(random, model, 1)), changeList(randomChanges(random, model, 500))],
      { now: 0, pinned: [] },
    ),
  );
  const { roots } = first;
  first.close();
  const before = contents(base, roots);
  const changes = randomChanges(random, model, 1000);
  for (let index = 0; index < 200; index++)
    changes.set(`new${index}`, { value: 'x'.repeat(300), version: 2000 });
  let failures = 0;
  for (let nth = 1; ; nth++) {
    const disk = base.clone();
    const fault = disk.failAt({ operation: 'mutating', nth, errno: 'ENOSPC' });
    const folder = folderOn(disk, roots);
    let folded: Folded | undefined;
    try {
      folded = folder.fold([changeList(changes)], { now: 0, pinned: [] });
    } catch (error) {
      t.like(error, { code: 'DISK_FULL' });
      folder.abandon();
      failures++;
      t.deepEqual(contents(disk, roots), before);
      folded = folder.fold([changeList(changes)], { now: 0, pinned: [] });
    }
    folder.commit(folded);
    t.is(contents(disk, folder.roots).get('new199'), 'x'.repeat(300));
    t.deepEqual(disagreements(disk, folder.roots, folder), []);
    if (fault.failed === 0) break;
  }
  t.true(failures > 5, `${failures}`);
});
