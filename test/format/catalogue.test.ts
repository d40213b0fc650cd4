// Entries of the catalogue: read back as written, refused when they do not make sense.

import test from 'ava';
import fc from 'fast-check';

import {
  commitKey,
  decodeValueFileFact,
  encodeValueFileFact,
  VALUE_FILE_LIVE,
  VALUE_FILE_ZOMBIE,
  valueFileKey,
  valueFileOfKey,
} from '../../src/format/catalogue.js';
import { checkProperty } from '../support/property.js';

test('keys of value files order as their ids do', (t) => {
  const ids = [1, 2, 255, 256, 65_536, 8_388_609, 0xffffffff];
  const keys = ids.map((id) => Buffer.from(valueFileKey(id)));
  t.deepEqual(keys.map(valueFileOfKey), ids);
  t.deepEqual([...keys].reverse().sort(Buffer.compare), keys);
  t.is(valueFileOfKey(commitKey(7)), 0);
  t.true(Buffer.compare(commitKey(255), commitKey(256)) < 0);
  t.true(Buffer.compare(keys.at(-1)!, commitKey(0)) < 0);
  t.is(valueFileOfKey(new Uint8Array(0)), 0);
  t.is(valueFileOfKey(Buffer.concat([keys[0]!, Buffer.alloc(1)])), 0);
});

test('facts of a value file are read back', (t) => {
  const bytes = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  checkProperty(
    t,
    fc.property(bytes, bytes, fc.integer({ min: 1, max: 0xffffffff }), (a, b, merge) => {
      const live = {
        liveBytes: Math.min(a, b),
        fileBytes: Math.max(a, b),
        state: VALUE_FILE_LIVE,
        merge: 0,
      };
      t.deepEqual(decodeValueFileFact(encodeValueFileFact(live)), live);
      const zombie = { liveBytes: 0, fileBytes: b, state: VALUE_FILE_ZOMBIE, merge };
      t.deepEqual(decodeValueFileFact(encodeValueFileFact(zombie)), zombie);
    }),
  );
});

test('facts that make no sense are refused', (t) => {
  const sound = { liveBytes: 10, fileBytes: 20, state: VALUE_FILE_LIVE, merge: 0 };
  const bytes = encodeValueFileFact(sound);
  for (const wrong of [
    { ...sound, liveBytes: 21 },
    { ...sound, state: 0 },
    { ...sound, state: 3 },
    { ...sound, merge: 1 },
    { ...sound, state: VALUE_FILE_ZOMBIE, merge: 1 },
    { ...sound, state: VALUE_FILE_ZOMBIE, liveBytes: 0 },
  ]) {
    t.is(decodeValueFileFact(encodeValueFileFact(wrong)), undefined);
  }
  t.is(decodeValueFileFact(bytes.subarray(0, 31)), undefined);
  for (let at = 24; at < 32; at++) {
    const other = bytes.slice();
    other[at] = 1;
    t.is(decodeValueFileFact(other), undefined);
  }
  const beyond = bytes.slice();
  beyond[15] = 0xff;
  t.is(decodeValueFileFact(beyond), undefined);
});
