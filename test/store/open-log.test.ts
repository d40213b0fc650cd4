// Opening a log while calls to the disk fail: the error is typed, and the next opening finds a store
// with everything that was acknowledged.

import test from 'ava';

import { isLaneError } from '../../src/errors.js';
import { openIn } from '../../src/store/open.js';
import { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';

const OPTIONS = { memoryBytes: 1048576, segmentBytes: 65_536, io: 'auto' } as const;

function openOn(disk: TestDisk) {
  return openIn(new TestEnvironment(disk), '/store', OPTIONS);
}

/** Opens copies of a disk, failing the n-th changing call of each, until one opening needs fewer. */
async function failEach(
  disk: TestDisk,
  errno: 'EIO' | 'ENOSPC',
  check: (disk: TestDisk) => Promise<void>,
): Promise<number> {
  for (let nth = 1; ; nth++) {
    const copy = disk.kill();
    const fault = copy.failAt({ operation: 'mutating', nth, errno });
    let error: unknown;
    try {
      await (await openOn(copy)).close();
    } catch (thrown) {
      error = thrown;
    }
    if (fault.failed === 0) return nth - 1;
    const isTyped = isLaneError(error, 'DISK_FULL') || isLaneError(error, 'IO_ERROR');
    if (error !== undefined && !isTyped) throw error;
    copy.clearFaults();
    await check(copy);
  }
}

for (const [errno, mappable] of [
  ['EIO', true],
  ['EIO', false],
  ['ENOSPC', true],
  ['ENOSPC', false],
] as const) {
  const medium = mappable ? 'mapped' : 'buffered';

  test(`${medium}: a first open that fails with ${errno} at any call can be done again`, async (t) => {
    const disk = new TestDisk({ mappable });
    const calls = await failEach(disk, errno, async (copy) => {
      const store = await openOn(copy);
      await store.put('a', 1);
      await store.close();
      const again = await openOn(copy);
      t.is(again.get('a'), 1);
      await again.close();
    });
    t.true(calls >= 8, `${calls} calls`);
  });

  test(`${medium}: an open after an unclean stop that fails with ${errno} loses nothing`, async (t) => {
    const disk = new TestDisk({ mappable });
    const store = await openOn(disk);
    for (let key = 0; key < 60; key++) void store.put(key, 'x'.repeat(3000));
    await store.put('last', 1);
    const calls = await failEach(disk.kill(), errno, async (copy) => {
      const again = await openOn(copy);
      t.is(again.count(), 61);
      t.is(again.get('last'), 1);
      await again.put('more', 1);
      await again.close();
    });
    t.true(calls >= 15, `${calls} calls`);
  });
}

/** True once the superblock leads to what the open has made: from then on it stays. */
function hasCommitted(disk: TestDisk): boolean {
  const done = disk.log.filter(({ outcome }) => outcome !== 'failed');
  const failed = disk.log.find(({ outcome }) => outcome === 'failed');
  const writes = done.filter(({ operation, path }) => {
    return operation === 'write' && path === '/store/superblock';
  });
  // An open of a store first writes the slot that it read once more.
  const isNamed = done.some(({ to }) => to === '/store/superblock');
  return isNamed || writes.length > 1 || (writes.length === 1 && failed?.path === writes[0]?.path);
}

for (const mappable of [true, false]) {
  const medium = mappable ? 'mapped' : 'buffered';

  test(`${medium}: an open for which there is no room leaves no file and no mapping`, async (t) => {
    const unclean = new TestDisk({ mappable });
    const store = await openOn(unclean);
    for (let key = 0; key < 60; key++) void store.put(key, 'x'.repeat(3000));
    await store.flush();
    const empty = new TestDisk({ mappable });
    empty.makeDirectory('/store');
    for (const disk of [empty, unclean]) {
      let refused = 0;
      for (let nth = 1; ; nth++) {
        const copy = disk.kill();
        const before = copy.list('/store');
        const fault = copy.failAt({ operation: 'mutating', nth, errno: 'ENOSPC' });
        const opened = await openOn(copy).catch((error: unknown) => error);
        if (fault.failed === 0) break;
        if (!(opened instanceof Error)) continue;
        refused++;
        t.is(copy.mappings, 0, `call ${nth}`);
        if (!hasCommitted(copy)) t.deepEqual(copy.list('/store'), before, `call ${nth}`);
      }
      t.true(refused >= 8, `${refused} refused`);
    }
  });
}

test('after an unclean stop there is as much memory left as after a close', async (t) => {
  const disk = new TestDisk();
  const options = { ...OPTIONS, memoryBytes: 4 << 20 };
  const open = (on: TestDisk) => openIn(new TestEnvironment(on), '/store', options);
  const store = await open(disk);
  // So much that loading it needs a larger pool than the option allows.
  for (let key = 0; key < 1000; key++) void store.put(key, 'x'.repeat(2000));
  await store.flush();
  const killed = disk.kill();
  await store.close();
  const used = await Promise.all(
    [disk, killed].map(async (one) => {
      const again = await open(one);
      const { usedBytes } = again.stats().memory;
      await again.close();
      return usedBytes;
    }),
  );
  const [closed = 0, unclean = 0] = used;
  t.log(used);
  t.true(Math.abs(unclean - closed) <= 4 * OPTIONS.segmentBytes);
});

test('an opening that is refused gives the message, the file and the place of the damage', async (t) => {
  const disk = new TestDisk();
  const store = await openOn(disk);
  for (let key = 0; key < 10; key++) await store.put(key, 'x'.repeat(100));
  await store.close();
  const name = disk.list('/store').find((each) => each.startsWith('wal-')) ?? '';
  const path = `/store/${name}`;
  const bytes = disk.readFileRaw(path);
  bytes[4096 + 300] = (bytes[4096 + 300] ?? 0) ^ 1;
  disk.writeFileRaw(path, bytes);
  const error = await t.throwsAsync(openOn(disk));
  t.true(isLaneError(error, 'CORRUPT'));
  const { file, offset } = error as { file?: string; offset?: number };
  t.is(file, path);
  t.true(offset !== undefined && offset > 4096 && offset <= 4096 + 300);
  t.deepEqual(disk.readFileRaw(path), bytes);
});
