// 64-bit numbers as two words: exact for every safe integer, refused beyond.

import test from 'ava';
import fc from 'fast-check';

import {
  align8,
  isUint32,
  isZero,
  readInt64,
  readUint64,
  UINT64_SAFE_MAX,
  writeInt64,
  writeUint64,
} from '../../src/format/uint64.js';
import { checkProperty } from '../support/property.js';

const EDGES = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52, UINT64_SAFE_MAX];

function newView(): DataView {
  return new DataView(new ArrayBuffer(16));
}

test('every safe integer >= 0 is written as the machine writes a u64, and read back', (t) => {
  const view = newView();
  const check = (value: number): void => {
    writeUint64(view, 4, value);
    if (view.getBigUint64(4, true) !== BigInt(value)) throw new Error(`written ${value}`);
    if (readUint64(view, 4) !== value) throw new Error(`read ${value}`);
  };
  EDGES.forEach(check);
  checkProperty(t, fc.property(fc.maxSafeNat(), check), 1000);
});

test('every safe integer is written as the machine writes an i64, and read back', (t) => {
  const view = newView();
  const check = (value: number): void => {
    writeInt64(view, 4, value);
    if (view.getBigInt64(4, true) !== BigInt(value)) throw new Error(`written ${value}`);
    if (readInt64(view, 4) !== value) throw new Error(`read ${value}`);
  };
  for (const edge of EDGES) {
    check(edge);
    if (edge !== 0) check(-edge);
  }
  checkProperty(t, fc.property(fc.maxSafeInteger(), check), 1000);
});

test('a number that is no safe integer is read as NaN', (t) => {
  const view = newView();
  for (const value of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    view.setBigUint64(0, value, true);
    t.is(readUint64(view, 0), Number.NaN);
  }
  for (const value of [2n ** 53n, -(2n ** 53n), -(2n ** 63n)]) {
    view.setBigInt64(0, value, true);
    t.is(readInt64(view, 0), Number.NaN);
  }
});

test('align8 gives the next multiple of 8, also beyond 2^31', (t) => {
  for (const base of [0, 8, 4096, 2 ** 31 - 8, 2 ** 31, 2 ** 32, 2 ** 33]) {
    t.is(align8(base), base);
    for (let over = 1; over <= 8; over++) t.is(align8(base + over), base + 8);
  }
});

test('isZero looks at every byte of its range and at no other', (t) => {
  const bytes = new Uint8Array(20).fill(1);
  bytes.fill(0, 3, 17);
  t.true(isZero(bytes, 3, 17));
  t.true(isZero(bytes, 9, 9));
  t.false(isZero(bytes, 2, 17));
  t.false(isZero(bytes, 3, 18));
});

test('isUint32 takes what a u32 holds and nothing else', (t) => {
  for (const value of [0, 1, 2 ** 31, 2 ** 32 - 1]) t.true(isUint32(value));
  for (const value of [-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.false(isUint32(value));
  }
});
