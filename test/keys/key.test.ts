// The small functions that all key codecs share.

import test from 'ava';

import { canRunUserCode, copyBytes, zeroToWord } from '../../src/keys/key.js';
import { FILLER, sharedViews } from '../support/shared-views.js';

test('only arrays can run code of the caller', (t) => {
  t.true(canRunUserCode([]));
  t.true(canRunUserCode(new Proxy([], {})));
  for (const key of [null, 1, 'a', 1n, true, new Date(), new Uint8Array(1), new Proxy({}, {})]) {
    t.false(canRunUserCode(key));
  }
});

test('bytes are zeroed up to the next multiple of 4 and no further', (t) => {
  for (let end = 8; end <= 12; end++) {
    const { bytes } = sharedViews();
    zeroToWord(bytes, end);
    for (let at = 4; at < 20; at++) {
      const isZeroed = at >= end && at < ((end + 3) & ~3);
      t.is(bytes[at], isZeroed ? 0 : FILLER);
    }
  }
});

test('a copy shares no memory', (t) => {
  const memory = sharedViews();
  const copy = copyBytes(memory, 10, 90);
  memory.bytes.fill(1);
  t.deepEqual(copy, new Uint8Array(80).fill(FILLER));
});
