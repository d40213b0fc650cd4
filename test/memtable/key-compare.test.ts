// Comparison of keys where they stand, against plain comparison of their bytes.

import test from 'ava';
import fc from 'fast-check';

import { createPool, scratchLocation, viewPool } from '../../src/control/pool.js';
import { KIND_PUT, keyBytesOf, kindOf, kindWord } from '../../src/format/operation.js';
import {
  compareKeyBytes,
  compareKeys,
  compareKeyTo,
  finishSearchKey,
  headOf,
  keyLength,
  keyStart,
  sharedBytes,
  writeSearchKey,
} from '../../src/memtable/key-compare.js';
import { checkProperty } from '../support/property.js';

const memory = viewPool(createPool(1));
/** Where keys are placed: with and without an era, noise around them. */
const PLACES = [64, 512, 1024];
const ERA_FLAG = 1;

function place(location: number, key: Uint8Array, flags = 0): number {
  memory.bytes.fill(0x9c, location << 3, (location << 3) + 1100);
  memory.words[location << 1] = kindWord(KIND_PUT, flags, key.length);
  memory.bytes.set(key, keyStart(memory.words, location));
  return location;
}

function sign(order: number): number {
  return Math.sign(order);
}

/** Keys that often share a beginning, and often are one another's beginning. */
const keys = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  fc
    .array(fc.constantFrom(0, 1, 127, 128, 255), { maxLength: 12 })
    .map((bytes) => Uint8Array.from(bytes)),
);
const pairs = fc
  .tuple(keys, keys, keys)
  .map(([shared, a, b]): [Uint8Array, Uint8Array, number] => [
    Uint8Array.from([...shared, ...a]),
    Uint8Array.from([...shared, ...b]),
    shared.length,
  ]);

function sharedOf(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < Math.min(a.length, b.length) && a[at] === b[at]) at++;
  return at;
}

test('two keys are ordered as their bytes, from any place where they agree', (t) => {
  checkProperty(
    t,
    fc.property(pairs, fc.boolean(), ([a, b, agreed], hasEra) => {
      const x = place(PLACES[0]!, a, hasEra ? ERA_FLAG : 0);
      const y = place(PLACES[1]!, b);
      const expected = sign(Buffer.compare(a, b));
      for (let from = 0; from <= Math.min(agreed, a.length, b.length); from++) {
        if (sign(compareKeys(memory, x, y, from)) !== expected) return false;
        if (sign(compareKeys(memory, y, x, from)) !== -expected && expected !== 0) return false;
      }
      return sign(compareKeyTo(memory, x, b)) === expected;
    }),
    500,
  );
});

test('the bytes that two keys share are counted', (t) => {
  checkProperty(
    t,
    fc.property(pairs, ([a, b]) => {
      const [x, y] = [place(PLACES[0]!, a), place(PLACES[1]!, b, ERA_FLAG)];
      return sharedBytes(memory, x, y) === sharedOf(a, b);
    }),
    500,
  );
});

test('a key is compared with a part of another, ending early counts as less', (t) => {
  checkProperty(
    t,
    fc.property(pairs, fc.nat(24), ([a, b, agreed], length) => {
      const from = Math.min(agreed, b.length);
      const to = Math.min(b.length, from + length);
      if (a.length < from) return true;
      const [x, y] = [place(PLACES[0]!, a), place(PLACES[1]!, b)];
      const part = Buffer.compare(a.slice(from, to), b.slice(from, to));
      return sign(compareKeyBytes(memory, x, y, from, to)) === sign(part);
    }),
    500,
  );
});

test('heads order keys as far as they reach, and never say the wrong way round', (t) => {
  checkProperty(
    t,
    fc.property(pairs, fc.nat(26), ([a, b, agreed], at) => {
      const from = Math.min(at, agreed);
      const [x, y] = [place(PLACES[0]!, a), place(PLACES[1]!, b)];
      const [headA, headB] = [headOf(memory, x, from), headOf(memory, y, from)];
      if ((headA | 0) !== headA || (headB | 0) !== headB) return false;
      return headA === headB || sign(headA - headB) === sign(Buffer.compare(a, b));
    }),
    500,
  );
});

test('a head is four bytes, missing ones zero, nothing of what lies behind', (t) => {
  const x = place(PLACES[2]!, Uint8Array.of(0xff, 0xee, 0x5d, 0x4c, 0x01));
  const unsigned = (from: number) => headOf(memory, x, from) + 0x80000000;
  t.is(unsigned(0), 0xffee5d4c);
  t.is(unsigned(1), 0xee5d4c01);
  t.is(unsigned(2), 0x5d4c0100);
  t.is(unsigned(3), 0x4c010000);
  t.is(unsigned(4), 0x01000000);
  t.is(unsigned(5), 0);
  t.is(unsigned(9), 0);
});

test('a search key stands in the scratch area as an operation of that key', (t) => {
  const scratch = scratchLocation(0);
  for (const length of [0, 1, 15, 16, 1024]) {
    const key = Uint8Array.from({ length }, (_, index) => index);
    writeSearchKey(memory, scratch, key);
    t.is(keyLength(memory.words, scratch), length);
    t.is(kindOf(memory.words[scratch << 1]!), KIND_PUT);
    t.is(keyStart(memory.words, scratch), (scratch << 3) + 16);
    t.is(compareKeyTo(memory, scratch, key), 0);
    t.is(compareKeys(memory, scratch, place(PLACES[1]!, key), 0), 0);
  }
  finishSearchKey(memory, scratch, 7);
  t.is(keyBytesOf(memory.words[scratch << 1]!), 7);
});
