// Operations encoded aside: their form on disk, growth, and buffers kept for the next call.

import test from 'ava';

import { kindOf, OPERATION_HEADER_BYTES } from '../../src/format/operation.js';
import { keyCodec } from '../../src/keys/key-codec.js';
import {
  OperationBuffer,
  OperationBuffers,
  SPARE_BYTES_MAX,
} from '../../src/store/operation-buffer.js';
import { valueCodec } from '../../src/values/value-codec.js';

const codecs = { key: keyCodec('utf8'), value: valueCodec('binary') };

test('operations lie one after the other, aligned, with zeros between', (t) => {
  const buffer = new OperationBuffer();
  buffer.bytes.fill(0xdb);
  buffer.addPut(codecs, 'key', Uint8Array.of(1, 2));
  t.is(buffer.length, OPERATION_HEADER_BYTES + 5);
  buffer.addDelete(codecs.key, 'k');
  buffer.addEncoded(Uint8Array.of(0x61), Uint8Array.of(9));
  buffer.addEncoded(Uint8Array.of(0x62), undefined);
  t.is(buffer.count, 4);
  t.is(buffer.length, 24 + 24 + 24 + 17);
  const kinds = [0, 24, 48, 72].map((at) => kindOf(buffer.words[at >>> 2] ?? 0));
  t.deepEqual(kinds, [1, 2, 1, 2]);
  t.is(buffer.buffer.toString('latin1', 16, 19), 'key');
  t.deepEqual([...buffer.bytes.subarray(19, 24)], [1, 2, 0, 0, 0]);
  t.deepEqual([...buffer.bytes.subarray(40, 48)], [0x6b, 0, 0, 0, 0, 0, 0, 0]);
  t.deepEqual([...buffer.bytes.subarray(56, 64)], [0, 0, 0, 0, 0, 0, 0, 0]);
  t.deepEqual([...buffer.bytes.subarray(64, 72)], [0x61, 9, 0, 0, 0, 0, 0, 0]);
});

test('a buffer grows and keeps what is in it', (t) => {
  const buffer = new OperationBuffer();
  const value = new Uint8Array(3000).fill(7);
  for (let index = 0; index < 50; index++) buffer.addPut(codecs, `key ${index}`, value);
  t.is(buffer.count, 50);
  const text = buffer.buffer.toString('latin1', 0, buffer.length);
  for (let index = 0; index < 50; index++) t.true(text.includes(`key ${index}\x07`));
  buffer.clear();
  t.is(buffer.count + buffer.length, 0);
});

test('an operation that fails half-way leaves the buffer as it was', (t) => {
  const buffer = new OperationBuffer();
  buffer.addPut(codecs, 'a', Uint8Array.of(1));
  const { length, count } = buffer;
  t.throws(() => buffer.addPut(codecs, 'x'.repeat(2000), Uint8Array.of(1)));
  t.throws(() => buffer.addPut(codecs, 'b', 'text' as never), { message: /"b"/ });
  t.throws(() => buffer.addDelete(codecs.key, 5 as never));
  t.deepEqual([buffer.length, buffer.count], [length, count]);
});

test('a buffer with two users at a time is broken reasoning', (t) => {
  const buffer = new OperationBuffer();
  const value = {
    toJSON: () => {
      buffer.addDelete(codecs.key, 'inner');
      return 1;
    },
  };
  const json = { key: codecs.key, value: valueCodec('json') };
  t.throws(() => buffer.addPut(json, 'outer', value), { message: /one user/ });
});

test('spare buffers are used again, one for each nested call, large ones are not kept', (t) => {
  const buffers = new OperationBuffers();
  const first = buffers.take();
  const second = buffers.take();
  t.not(first, second);
  first.addDelete(codecs.key, 'a');
  buffers.give(first);
  const again = buffers.take();
  t.is(again, first);
  t.is(again.length, 0);
  buffers.give(second);
  again.addPut(codecs, 'a', new Uint8Array(SPARE_BYTES_MAX));
  buffers.give(again);
  t.is(buffers.take(), second);
  t.not(buffers.take(), again);
});
