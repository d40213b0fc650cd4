// Single keys of a tree as a thread reads them: every value, version and encoding; other keys when one
// page or frame is damaged; nothing kept open afterwards.

import test from 'ava';

import { privateMemory } from '../../src/cache/private-memory.js';
import { NO_TREE } from '../../src/fold/tree-roots.js';
import { valueFileName } from '../../src/format/file-name.js';
import { TreeReads } from '../../src/store/tree-reads.js';
import { BinaryValueCodec } from '../../src/values/binary-value-codec.js';
import { Utf8ValueCodec } from '../../src/values/utf8-value-codec.js';
import { DIRECTORY, folderOn, STORE_ID } from '../support/folded-store.js';
import { seededRandom } from '../support/random.js';
import { TestDisk } from '../support/test-disk.js';
import { changeList } from '../support/tree-fixture.js';

const key = privateMemory(1024);
const text = new Utf8ValueCodec();

function folded(count: number) {
  const random = seededRandom(21);
  const disk = new TestDisk();
  disk.makeDirectory(DIRECTORY);
  const values = Array.from({ length: count }, (_, index) => {
    const bytes = index % 97 === 0 ? 20_000 : Math.floor(random() * 150);
    return `${index}:`.padEnd(bytes, 'v');
  });
  const changes = values.map(
    (value, index) => [keyOf(index), { value, version: 2 ** 31 + index }] as const,
  );
  const folder = folderOn(disk, NO_TREE);
  folder.commit(folder.fold([changeList(new Map(changes))], { now: 0, pinned: [] }));
  return { disk, values, roots: folder.roots };
}

const keyOf = (index: number): string => `key${100_000 + 2 * index}`;
const readsOn = (disk: TestDisk, cacheBytes: number): TreeReads =>
  new TreeReads({ fileSystem: disk, directory: DIRECTORY, storeId: STORE_ID, cacheBytes });

function find(reads: TreeReads, roots: ReturnType<typeof folded>['roots'], name: string): boolean {
  return reads.find(roots.root, key, 8, key.buffer.write(name, 8, 'latin1'));
}

for (const cacheBytes of [0, 20_000, 1 << 22]) {
  test(`every key is found with its value and version, cache of ${cacheBytes} bytes`, (t) => {
    const { disk, values, roots } = folded(2000);
    const before = disk.log.length;
    const reads = readsOn(disk, cacheBytes);
    const random = seededRandom(5);
    for (let step = 0; step < 4000; step++) {
      const index = Math.floor(random() * values.length);
      t.true(find(reads, roots, keyOf(index)));
      t.is(reads.version, 2 ** 31 + index);
      t.is(reads.expiresAt, 0);
      t.is(reads.value(text), values[index]!);
      t.false(find(reads, roots, `key${100_001 + 2 * index}`));
      t.throws(() => reads.version, { message: /invariant/ });
    }
    const { pages, frames } = reads.counters;
    t.true(pages.hits + pages.misses >= 8000 && frames.hits + frames.misses > 1000);
    reads.close();
    const calls = disk.log.slice(before).map((call) => call.operation);
    const opened = calls.filter((operation) => operation === 'openRead').length;
    t.true(opened >= 2);
    t.is(calls.filter((operation) => operation === 'close').length, opened);
  });
}

test("a value is the caller's own", (t) => {
  const { disk, values, roots } = folded(300);
  const reads = readsOn(disk, 1 << 20);
  const bytes = new BinaryValueCodec();
  const index = values.findIndex((value) => value.length > 100 && value.length < 200);
  find(reads, roots, keyOf(index));
  const first = reads.value(bytes);
  first.fill(0);
  find(reads, roots, keyOf(index));
  t.is(Buffer.from(reads.value(bytes)).toString('latin1'), values[index]!);
});

test('an empty tree has nothing and needs no file', (t) => {
  const disk = new TestDisk();
  disk.makeDirectory(DIRECTORY);
  const reads = readsOn(disk, 1 << 20);
  t.false(find(reads, NO_TREE, 'a'));
  reads.close();
  t.deepEqual(disk.list(DIRECTORY), []);
});

test('damage of a page or a frame is told with its place, and other keys go on', (t) => {
  const { disk, values, roots } = folded(2000);
  for (const name of ['index.tree', valueFileName(1)]) {
    const file = disk.openWrite(`${DIRECTORY}/${name}`);
    const byte = new Uint8Array(1);
    for (let at = 5 * 4096 + 100; at < 7 * 4096; at += 4096) {
      file.read(byte, 0, 1, at);
      byte[0]! ^= 8;
      file.write(byte, 0, 1, at);
    }
    file.close();
  }
  const reads = readsOn(disk, 1 << 20);
  const damaged = new Set<string>();
  let read = 0;
  for (const [index, value] of values.entries()) {
    try {
      t.true(find(reads, roots, keyOf(index)));
      t.is(reads.value(text), value);
      read++;
    } catch (error) {
      t.like(error, { code: 'CORRUPT' });
      const { file, offset } = error as { file: string; offset: number };
      t.true(offset >= 4096);
      damaged.add(file);
    }
  }
  t.deepEqual([...damaged].sort(), [`${DIRECTORY}/index.tree`, `${DIRECTORY}/${valueFileName(1)}`]);
  t.true(read > 1000);
});
