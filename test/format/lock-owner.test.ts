// The owner block: one readable form, and nothing else is a block.

import { crc32 } from 'node:zlib';

import test from 'ava';

import {
  decodeLockOwner,
  encodeLockOwner,
  LOCK_OWNER_BYTES,
  type LockOwner,
  lockOwnerVersion,
} from '../../src/format/lock-owner.js';

const OWNER: LockOwner = {
  pid: 4711,
  startTime: '123456',
  bootId: '6f5ad4cf-a4a5-41b9-b049-a11f642a19e1',
  since: '2026-01-02T03:04:05.678Z',
  nonce: '0123456789abcdef',
  state: 'held',
};

function checksum(bytes: Uint8Array): number {
  return crc32(bytes);
}

test('a block gives back the owner it was made of, known or unknown', (t) => {
  const owners: LockOwner[] = [
    OWNER,
    { ...OWNER, state: 'released' },
    { ...OWNER, startTime: '', bootId: '' },
    { ...OWNER, pid: 1 },
    { ...OWNER, pid: 2 ** 32 - 1, startTime: '18446744073709551615', bootId: 'x'.repeat(64) },
  ];
  for (const owner of owners) {
    const block = encodeLockOwner(owner, checksum);
    t.is(block.byteLength, LOCK_OWNER_BYTES);
    t.deepEqual(decodeLockOwner(block, checksum), owner);
  }
});

test('the bytes of a block are these', (t) => {
  const lines =
    'lanedb lock 1\npid 4711\nstart 123456\nboot 6f5ad4cf-a4a5-41b9-b049-a11f642a19e1\n' +
    'since 2026-01-02T03:04:05.678Z\nnonce 0123456789abcdef\nstate held\n';
  const crc = crc32(lines).toString(16).padStart(8, '0');
  const text = `${lines}crc ${crc}\n`.padEnd(LOCK_OWNER_BYTES - 1, ' ');
  t.is(Buffer.from(encodeLockOwner(OWNER, checksum)).toString('latin1'), `${text}\n`);
});

test('a block with any one bit flipped is no block', (t) => {
  const block = encodeLockOwner(OWNER, checksum);
  for (let bit = 0; bit < LOCK_OWNER_BYTES * 8; bit++) {
    const damaged = block.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    if (decodeLockOwner(damaged, checksum) !== undefined) t.fail(`bit ${bit} passed`);
  }
  t.pass();
});

test('a block cut, extended, empty or zeroed from any place on is no block', (t) => {
  const block = encodeLockOwner(OWNER, checksum);
  const longer = new Uint8Array(LOCK_OWNER_BYTES + 1);
  longer.set(block);
  t.is(decodeLockOwner(longer, checksum), undefined);
  for (let length = 0; length < LOCK_OWNER_BYTES; length++) {
    t.is(decodeLockOwner(block.subarray(0, length), checksum), undefined);
    const zeroed = block.slice().fill(0, length);
    t.is(decodeLockOwner(zeroed, checksum), undefined);
  }
});

test('fields that would not be read again are refused when writing', (t) => {
  const bad: LockOwner[] = [
    { ...OWNER, pid: 0 },
    { ...OWNER, pid: 1.5 },
    { ...OWNER, startTime: '12 34' },
    { ...OWNER, bootId: 'a\nb' },
    { ...OWNER, bootId: 'x'.repeat(65) },
    { ...OWNER, since: 'yesterday' },
    { ...OWNER, nonce: '0123456789ABCDEF' },
  ];
  for (const owner of bad) {
    t.throws(() => encodeLockOwner(owner, checksum), { message: /invariant/ });
  }
});

test('the version is read from blocks of later versions too', (t) => {
  const block = encodeLockOwner(OWNER, checksum);
  t.is(lockOwnerVersion(block), 1);
  t.is(lockOwnerVersion(Buffer.from('lanedb lock 27\nwhatever follows')), 27);
  t.is(lockOwnerVersion(Buffer.from('lanedb lock 0\n')), undefined);
  t.is(lockOwnerVersion(Buffer.from('lanedb lock 2')), undefined);
  t.is(lockOwnerVersion(new Uint8Array(0)), undefined);
});
