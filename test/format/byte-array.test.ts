// Telling Uint8Arrays apart without touching what the caller can answer.

import { runInNewContext } from 'node:vm';

import test from 'ava';

import { byteLengthOf, isUint8Array } from '../../src/format/byte-array.js';

test('Uint8Arrays of any kind and realm are recognised, nothing else is', (t) => {
  class Special extends Uint8Array {}
  const foreign: unknown = runInNewContext('new Uint8Array(3)');
  for (const value of [new Uint8Array(3), Buffer.alloc(3), new Special(3), foreign]) {
    t.true(isUint8Array(value));
    t.is(byteLengthOf(value as Uint8Array), 3);
  }
  const fake: unknown = Object.create(Uint8Array.prototype);
  const others = [
    null,
    undefined,
    'abc',
    3,
    [],
    {},
    fake,
    new Int8Array(3),
    new DataView(new ArrayBuffer(3)),
  ];
  for (const value of others) t.false(isUint8Array(value));
});

test('proxies and own properties are not asked', (t) => {
  const trap = (): never => {
    throw new Error('user code ran');
  };
  const proxy = new Proxy(new Uint8Array(3), { get: trap, getPrototypeOf: trap, has: trap });
  t.false(isUint8Array(proxy));
  const dressed = Object.defineProperty(new Uint8Array(3), 'byteLength', { get: trap });
  t.true(isUint8Array(dressed));
  t.is(byteLengthOf(dressed), 3);
});
