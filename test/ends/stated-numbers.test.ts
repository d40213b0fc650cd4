// Numbers that a user or another process states, at their ends: offsets and watermarks of commits near
// 2^53, versions of conditions, and what a LOCK says of its owner.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import test from 'ava';
import { encodeLockOwner } from '../../src/format/lock-owner.js';
import type { CommitFacts } from '../../src/index.js';
import { ownIdentity } from '../../src/io/process-identity.js';
import { openIn } from '../../src/store/open.js';
import { nodeEnvironment } from '../../src/threads/environment.js';
import {
  copyUnclean,
  openAt,
  openInMemory,
  openNew,
  rejectsWith,
  SMALL,
} from '../support/stores.js';

const SAFE_MAX = Number.MAX_SAFE_INTEGER;
const ENDS = [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52, SAFE_MAX - 1, SAFE_MAX];

test('offsets and watermarks up to 2^53 - 1 come back after a crash, a reopen and a copy', async (t) => {
  for (const [index, end] of ENDS.entries()) {
    const store = await openNew(t, SMALL);
    const watermark = index % 2 === 0 ? end : -end;
    const facts: CommitFacts = { offsets: { source: end, other: SAFE_MAX - end }, watermark };
    await store.commit(facts, [{ type: 'put', key: 'a', value: end }]);
    // More than half of the log dies, so that a reopen copies what is left.
    for (let round = 0; round < 4; round++) await store.put('a', 'x'.repeat(20_000));
    const crashed = await openAt(t, await copyUnclean(t, store), SMALL);
    t.deepEqual(crashed.lastCommit(), facts);
    await crashed.close();
    await store.close();
    for (const path of [crashed.path, store.path]) {
      const again = await openAt(t, path, SMALL);
      t.deepEqual(again.lastCommit(), facts);
      await again.close();
    }
  }
});

test('offsets and watermarks beyond are a RangeError, and nothing is written', async (t) => {
  const store = await openInMemory(t);
  await store.commit({ offsets: { source: SAFE_MAX }, watermark: -SAFE_MAX });
  const before = store.stats().sequence;
  for (const beyond of [SAFE_MAX + 1, 2 ** 53 + 2, 2 ** 64, Number.POSITIVE_INFINITY]) {
    await t.throwsAsync(store.commit({ offsets: { source: beyond } }), { instanceOf: RangeError });
    for (const watermark of [beyond, -beyond]) {
      const refused = store.commit({ offsets: {}, watermark });
      await t.throwsAsync(refused, { instanceOf: RangeError });
    }
    const conditional = store.put('a', 1, { ifVersion: beyond });
    await t.throwsAsync(conditional, { instanceOf: RangeError });
  }
  t.is(store.stats().sequence, before);
  t.deepEqual(store.lastCommit(), { offsets: { source: SAFE_MAX }, watermark: -SAFE_MAX });
});

test('a version that no write has is not met, however large', async (t) => {
  const store = await openInMemory(t);
  await store.put('a', 1);
  const { version } = store.getEntry('a')!;
  for (const other of [...ENDS, version + 2 ** 31, version + 2 ** 32]) {
    if (other !== version) t.false(await store.put('a', 2, { ifVersion: other }), `${other}`);
  }
  t.is(store.get('a'), 1);
});

test('an owner whose numbers are at their ends is dead in another boot, else taken for alive', async (t) => {
  const own = ownIdentity();
  if (own.bootId === '') {
    t.log('the boot id is not known here');
    t.pass();
    return;
  }
  const block = {
    since: '2026-01-02T03:04:05.678Z',
    nonce: 'ffffffffffffffff',
    state: 'held',
  } as const;
  for (const pid of [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 9_999_999_999]) {
    for (const startTime of ['0', '18446744073709551615']) {
      const store = await openNew(t);
      await store.put('a', 1);
      await store.close();
      const write = (bootId: string) => {
        const owner = encodeLockOwner({ ...block, pid, startTime, bootId }, crc32);
        writeFileSync(join(store.path, 'LOCK'), owner);
      };
      write('another-boot');
      const again = await openAt(t, store.path);
      t.is(again.get('a'), 1);
      await again.close();
      // No system has it, but none says so of numbers beyond its own: it cannot be found out.
      write(own.bootId);
      const opening = openIn(nodeEnvironment(), store.path);
      if (pid < 2 ** 31) await (await opening).close();
      else t.is((await rejectsWith(t, 'STORE_LOCKED', opening)).found, pid);
    }
  }
});
