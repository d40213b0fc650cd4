// Mapped memory is written, never read: a page of it may have left memory, and a bad sector would be
// a signal when it is read again. Here mappings show noise instead of what was stored in them.

import test from 'ava';

import type { MappedRegion, WritableFile } from '../../src/io/file-system.js';
import { openIn } from '../../src/store/open.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'utf8',
  memoryBytes: 2 << 20,
  segmentBytes: 65536,
  io: 'mapped',
} as const;
const NOISE = 0xa5;

/** A disk whose mappings give back nothing but noise; what is stored in them gets nowhere. */
class NoisyDisk extends TestDisk {
  readonly #shown = new Map<number, MappedRegion>();
  /** Mappings that something was stored in. */
  stored = 0;

  override mapRegion(file: WritableFile, bytes: number): MappedRegion {
    return this.#noiseFor(super.mapRegion(file, bytes));
  }

  override attachRegion(low: number, high: number, bytes: number): MappedRegion {
    return this.#noiseFor(super.attachRegion(low, high, bytes));
  }

  /** Covers what was stored since the last call. */
  cover(): void {
    for (const { bytes } of this.#shown.values()) {
      if (bytes.some((byte) => byte !== NOISE)) this.stored++;
      bytes.fill(NOISE);
    }
  }

  #noiseFor(region: MappedRegion): MappedRegion {
    const known = this.#shown.get(region.addressLow);
    if (known !== undefined) return known;
    const buffer = new ArrayBuffer(Math.ceil(region.bytes.length / 4) * 4);
    const bytes = new Uint8Array(buffer, 0, region.bytes.length).fill(NOISE);
    const shown = { ...region, bytes, words: new Int32Array(buffer) };
    this.#shown.set(region.addressLow, shown);
    return shown;
  }
}

test('nothing is ever read from a mapping: noise in all of them changes nothing', async (t) => {
  const before = new TestDisk();
  const first = await openIn(new TestEnvironment(before), '/store', OPTIONS);
  const expected = new Map<string, string>();
  for (let index = 0; index < 10; index++) {
    expected.set(`key ${index}`, `first ${index}`);
    void first.put(`key ${index}`, `first ${index}`);
  }
  await first.close();
  const disk = new NoisyDisk();
  disk.makeDirectoryRaw('/store');
  for (const [path, bytes] of before.snapshotFiles()) disk.writeFileRaw(path, bytes);
  const store = await openIn(new TestEnvironment(disk), '/store', OPTIONS);
  disk.cover();
  let shown: Map<string, string> | undefined;
  t.notThrows(() => {
    shown = new Map(store.entries());
  }, 'of a store that goes on in a segment');
  t.deepEqual(shown, expected);
  const snapshot = store.snapshot();
  const atSnapshot = new Map(expected);
  for (let index = 0; index < 60; index++) {
    const value = `second ${index} `.padEnd(3000, '.');
    expected.set(`key ${index}`, value);
    await store.put(`key ${index}`, value);
    disk.cover();
    t.is(store.get(`key ${index}`), value);
  }
  store.transaction((changes) => changes.put('sum', String(changes.get('key 59')?.length)));
  expected.set('sum', '3000');
  await store.commit({ offsets: { source: 7 } }, [{ type: 'delete', key: 'key 5' }]);
  expected.delete('key 5');
  disk.cover();
  t.deepEqual(new Map(store.entries()), new Map([...expected].sort()));
  t.deepEqual(new Map(snapshot.entries()), atSnapshot);
  t.is(store.lastCommit()?.offsets['source'], 7);
  t.true((store.stats().lanes[0]?.rotations ?? 0) > 1);
  t.true(disk.stored > 60, `${disk.stored} times something was stored in a mapping`);
  await store.close();
});
