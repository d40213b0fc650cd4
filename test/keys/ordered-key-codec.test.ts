// The key encoding 'ordered' as a whole: the document's examples, padding and prefixes.

import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import test from 'ava';
import fc from 'fast-check';

import type { Key } from '../../src/keys/key.js';
import { OrderedKeyCodec } from '../../src/keys/ordered-key-codec.js';
import { anyBytes, anyKey, anyText } from '../support/any-key.js';
import { checkProperty } from '../support/property.js';
import { bytesOf, FILLER, sharedViews } from '../support/shared-views.js';

const codec = new OrderedKeyCodec();

function encoded(key: Key): Buffer {
  const memory = sharedViews();
  return bytesOf(memory, 8, 8 + codec.encode(key, memory, 8));
}

function prefixOf(key: Key): Buffer {
  const memory = sharedViews();
  return bytesOf(memory, 8, 8 + codec.encodePrefix(key, memory, 8));
}

test('every example of the document encodes and decodes as it says', (t) => {
  const text = readFileSync(new URL('../../../docs/key-order.md', import.meta.url), 'utf8');
  const block = /### Examples[\s\S]*?```\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const lines = block.trimEnd().split('\n');
  t.is(lines.length, 27);
  const memory = sharedViews();
  const previous: Buffer[] = [];
  for (const line of lines) {
    const [, source = '', hex = ''] = /^(.*?) {2,}([0-9a-f ]+)$/.exec(line) ?? [];
    const globals = { bytes: (...each: number[]) => Uint8Array.from(each), Date };
    const key = runInNewContext(`(${source})`, globals) as Key;
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    t.is(encoded(key).toString('hex'), bytes.toString('hex'), source);
    memory.bytes.set(bytes, 8);
    const decoded = codec.decode(memory, 8, 8 + bytes.length);
    t.is(encoded(decoded).toString('hex'), bytes.toString('hex'), source);
    previous.push(bytes);
  }
  t.deepEqual(previous.slice(0, 21), previous.slice(0, 21).sort(Buffer.compare));
});

test('bytes up to the next multiple of 4 are zero and nothing before the key changes', (t) => {
  const property = fc.property(anyKey, (key) => {
    const memory = sharedViews();
    const end = 64 + codec.encode(key, memory, 64);
    const padding = memory.bytes.subarray(end, (end + 3) & ~3);
    return padding.every((byte) => byte === 0) && memory.bytes[63] === FILLER;
  });
  checkProperty(t, property, 500);
});

test('equal keys are one key: -0 is 0', (t) => {
  t.deepEqual(encoded(-0), encoded(0));
  const memory = sharedViews();
  const length = codec.encode(-0, memory, 0);
  t.true(Object.is(codec.decode(memory, 0, length), 0));
  t.notDeepEqual(encoded(1), encoded(1n));
});

test('a string begins with a prefix exactly if its bytes do', (t) => {
  const anyPair = fc
    .tuple(anyText, anyText, anyText)
    .chain(([head, tail, other]) =>
      fc.tuple(fc.constantFrom(head, other), fc.constantFrom(head + tail, head, tail, other)),
    );
  const property = fc.property(anyPair, ([prefix, key]) => {
    return (encoded(key).indexOf(prefixOf(prefix)) === 0) === key.startsWith(prefix);
  });
  checkProperty(t, property, 1000);
});

test('an array begins with a prefix exactly if its bytes do', (t) => {
  const anyArray = fc.array(anyKey, { maxLength: 3 });
  const anyPair = fc
    .tuple(anyArray, anyArray, anyText, anyText)
    .chain(([head, tail, text, more]) =>
      fc.tuple(
        fc.constantFrom<Key[]>(head, [...head, text], [...head, [text]], tail),
        fc.constantFrom<Key[]>(
          head,
          [...head, ...tail],
          [...head, text + more],
          [...head, [text, more]],
        ),
      ),
    );
  const property = fc.property(anyPair, ([prefix, key]) => {
    const isPrefix =
      prefix.length <= key.length &&
      prefix.every((element, index) => encoded(element).equals(encoded(key[index] ?? null)));
    return (encoded(key).indexOf(prefixOf(prefix)) === 0) === isPrefix;
  });
  checkProperty(t, property, 1000);
});

test('bytes begin with a prefix exactly if their encoding does', (t) => {
  const property = fc.property(anyBytes, anyBytes, (head, tail) => {
    const whole = Buffer.concat([head, tail]);
    const isFound = (key: Uint8Array, prefix: Uint8Array): boolean =>
      encoded(key).indexOf(prefixOf(prefix)) === 0;
    return isFound(whole, head) && isFound(head, whole) === (tail.length === 0);
  });
  checkProperty(t, property, 500);
});

test('other types have no prefixes', (t) => {
  for (const key of [null, true, 1, 1n, new Date(0)]) {
    t.throws(() => prefixOf(key), { instanceOf: TypeError, message: /a prefix is a string/ });
  }
});
