// Damages whole files of a store: removed, shortened, lengthened, under another name, from another
// store, from an earlier moment. And flips bits of LOCK. A store opens with the right content, or says
// what is wrong with a typed error.

import { isLaneError } from '../../src/errors.js';
import { openIn } from '../../src/store/open.js';
import { isSameContent } from '../power/history.js';
import { DIRECTORY, readContent, STORE_OPTIONS } from '../power/session.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import { type FlipStore, makeStore, type StoreName } from './flip-stores.js';
import { Reference } from './reference.js';

export interface FileCounts {
  name: string;
  states: number;
  right: number;
  errors: number;
  lastGroup: number;
}

export interface FileResult {
  counts: FileCounts;
  violations: string[];
}

const SHORTENED_EVERY = 509;
const TYPED = ['CORRUPT', 'FORMAT_UNSUPPORTED', 'NOT_A_STORE'];

/** With `every` above 1 only each n-th state is judged. */
export async function sweepFiles(name: StoreName, seed: number, every = 1): Promise<FileResult> {
  const store = await makeStore(name, seed);
  const other = await makeStore(name, seed + 1);
  const reference = new Reference(store.disk, DIRECTORY);
  const counts: FileCounts = { name, states: 0, right: 0, errors: 0, lastGroup: 0 };
  const violations: string[] = [];
  let number = 0;
  for (const [how, damage] of damages(store, other)) {
    if (number++ % every !== 0) continue;
    const disk = store.disk.kill();
    damage(disk);
    counts.states++;
    const problem = await judgeOpen(disk, { store, reference, counts });
    if (problem !== undefined) violations.push(`${name}, ${how}: ${problem}`);
  }
  return { counts, violations };
}

function* damages(
  store: FlipStore,
  other: FlipStore,
): Generator<[string, (disk: TestDisk) => void]> {
  const names = store.disk.list(DIRECTORY);
  for (const name of names) {
    const path = `${DIRECTORY}/${name}`;
    const size = store.disk.sizeRaw(path);
    yield [`${name} removed`, (disk) => disk.removeRaw(path)];
    for (let bytes = 0; bytes < size; bytes += SHORTENED_EVERY) {
      yield [`${name} shortened to ${bytes}`, (disk) => disk.truncateRaw(path, bytes)];
    }
    yield [`${name} lengthened`, (disk) => disk.truncateRaw(path, size + 4096)];
    for (const foreign of names) {
      const bytes = other.disk.readFileRaw(`${DIRECTORY}/${foreign}`);
      yield [`${foreign} of another store as ${name}`, (disk) => disk.writeFileRaw(path, bytes)];
      if (foreign === name) continue;
      const own = store.disk.readFileRaw(`${DIRECTORY}/${foreign}`);
      yield [`${foreign} as ${name}`, (disk) => disk.writeFileRaw(path, own)];
    }
    if (!name.startsWith('wal-')) continue;
    const doubled = `${DIRECTORY}/wal-l00-0000000099.log`;
    const bytes = store.disk.readFileRaw(path);
    yield [`${name} doubled`, (disk) => disk.writeFileRaw(doubled, bytes)];
  }
}

/** One bit of every byte of LOCK, all eight of the first ones; or of each n-th byte. */
export async function sweepLock(seed: number, every = 1): Promise<FileResult> {
  const made = await makeStore('closed', seed);
  const counts: FileCounts = { name: 'LOCK', states: 0, right: 0, errors: 0, lastGroup: 0 };
  const path = `${DIRECTORY}/LOCK`;
  const owned = await openIn(new TestEnvironment(made.disk, { lock: 'file' }), DIRECTORY, {
    ...STORE_OPTIONS,
    io: 'buffered',
  });
  const disk = made.disk.kill();
  await owned.close();
  const store = { ...made, disk };
  const reference = new Reference(disk, DIRECTORY);
  const violations: string[] = [];
  const { wait } = Atomics;
  // Somebody who is writing the block gets time to end; nobody is.
  Atomics.wait = () => 'timed-out';
  try {
    for (let offset = 0; offset < disk.sizeRaw(path); offset += every) {
      const bits = offset < 64 ? [0, 1, 2, 3, 4, 5, 6, 7] : [(offset * 5 + seed) & 7];
      for (const bit of bits) {
        const damaged = disk.kill();
        damaged.flipBit(path, offset, bit);
        counts.states++;
        const problem = await judgeOpen(damaged, { store, reference, counts }, 'file');
        if (problem !== undefined) violations.push(`LOCK, bit ${bit} at ${offset}: ${problem}`);
      }
    }
  } finally {
    Atomics.wait = wait;
  }
  return { counts, violations };
}

interface Known {
  store: FlipStore;
  reference: Reference;
  counts: FileCounts;
}

async function judgeOpen(
  disk: TestDisk,
  known: Known,
  lock: 'file' | 'none' = 'none',
): Promise<string | undefined> {
  const { counts, reference } = known;
  const { history } = known.store;
  try {
    const store = await openIn(new TestEnvironment(disk, { lock }), DIRECTORY, {
      ...STORE_OPTIONS,
      createIfMissing: false,
    });
    const content = readContent(store);
    await store.close();
    const lengths = [reference.records.length, reference.proved].map((count) => {
      const version = reference.versionAt(count);
      return history.writes.filter((write) => write.version <= version).length;
    });
    const base = history.bases[0]!;
    for (let length = lengths[0]!; length >= lengths[1]!; length--) {
      if (!isSameContent(content, history.contentAt(length, base))) continue;
      if (length === lengths[0]) counts.right++;
      else counts.lastGroup++;
      return undefined;
    }
    return `opens with another content: ${content.entries.size} keys`;
  } catch (error) {
    if (!isLaneError(error)) return `untyped: ${error instanceof Error ? error.stack : error}`;
    counts.errors++;
    if (!TYPED.includes(error.code)) return `code ${error.code}: ${error.message}`;
    return error.file === undefined ? `names no file: ${error.message}` : undefined;
  }
}
