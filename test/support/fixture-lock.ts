// The LOCK file of a fixture: an owner that no machine has.

import { crc32 } from 'node:zlib';

import { encodeLockOwner, type LockState } from '../../src/format/lock-owner.js';

export function lockBlock(state: LockState): Uint8Array {
  const since = '2026-01-02T03:04:05.678Z';
  const nonce = '00112233445566ff';
  const owner = { pid: 4242, startTime: '77', bootId: 'a-boot-long-ago', since, nonce, state };
  return encodeLockOwner(owner, crc32);
}
