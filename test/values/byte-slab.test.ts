// Own copies cut from slabs.

import test from 'ava';

import { ByteSlab, SLAB_BYTES, SLAB_COPY_BYTES_MAX } from '../../src/values/byte-slab.js';
import { sharedViews } from '../support/shared-views.js';

test('copies of every length are right, plain, and overlap neither each other nor the source', (t) => {
  const memory = sharedViews(2 * SLAB_BYTES);
  const slab = new ByteSlab();
  const copies: Uint8Array[] = [];
  const lengths = [
    0,
    1,
    7,
    8,
    9,
    128,
    1000,
    SLAB_COPY_BYTES_MAX,
    SLAB_COPY_BYTES_MAX + 1,
    SLAB_BYTES,
  ];
  for (let round = 0; round < 50; round++) {
    for (const length of lengths) {
      memory.bytes.fill(copies.length & 0xff);
      copies.push(slab.copy(memory, 16, 16 + length));
    }
  }
  for (const [index, copy] of copies.entries()) {
    const length = lengths[index % lengths.length];
    const isRight = copy.length === length && copy.every((byte) => byte === (index & 0xff));
    if (!isRight || Object.getPrototypeOf(copy) !== Uint8Array.prototype) t.fail(`copy ${index}`);
    if (!(copy.buffer instanceof ArrayBuffer) || copy.byteOffset % 8 !== 0) t.fail(`copy ${index}`);
    copy.fill(index + 1);
  }
  for (const [index, copy] of copies.entries()) {
    if (!copy.every((byte) => byte === ((index + 1) & 0xff)))
      t.fail(`copy ${index} was overwritten`);
  }
  t.pass();
});

test('a long copy does not use up a slab', (t) => {
  const memory = sharedViews(2 * SLAB_BYTES);
  const slab = new ByteSlab();
  const first = slab.copy(memory, 0, 8);
  t.is(slab.copy(memory, 0, SLAB_COPY_BYTES_MAX + 1).byteOffset, 0);
  t.is(slab.copy(memory, 0, 8).buffer, first.buffer);
});

test('who gives the buffer of a copy away takes nothing from its neighbours', (t) => {
  const memory = sharedViews(64);
  memory.bytes.fill(7);
  const slab = new ByteSlab();
  const [kept, given] = [slab.copy(memory, 0, 5), slab.copy(memory, 0, 8)];
  try {
    structuredClone(given, { transfer: [given.buffer as ArrayBuffer] });
  } catch (error) {
    // Newer versions of Node refuse where older ones clone.
    t.is((error as Error).name, 'DataCloneError');
  }
  t.deepEqual([...kept], [7, 7, 7, 7, 7]);
  t.deepEqual([...given], [7, 7, 7, 7, 7, 7, 7, 7]);
  t.deepEqual([...slab.copy(memory, 0, 3)], [7, 7, 7]);
});

test('a copy from any offset of any length holds these bytes and no others', (t) => {
  const memory = sharedViews(SLAB_BYTES);
  for (let at = 0; at < memory.bytes.length; at++) memory.bytes[at] = (at * 7 + (at >>> 8)) & 0xff;
  const slab = new ByteSlab();
  const lengths = [...Array(40).keys(), 509, 510, 511, 512, 513, 514, 4095, 4096, 4097];
  for (const length of lengths) {
    for (let start = 64; start < 72; start++) {
      const copy = slab.copy(memory, start, start + length);
      if (Buffer.compare(copy, memory.bytes.slice(start, start + length)) !== 0)
        t.fail(`${length} bytes from ${start}`);
    }
    const end = memory.bytes.length;
    const last = slab.copy(memory, end - length, end);
    if (Buffer.compare(last, memory.bytes.slice(end - length)) !== 0)
      t.fail(`the last ${length} bytes`);
  }
  t.pass();
});
