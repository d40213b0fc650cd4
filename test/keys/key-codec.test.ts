// The codec of each key encoding, and its types.

import test from 'ava';

import type { Key, KeyCodec, KeyEncoding, KeyOf } from '../../src/keys/key.js';
import { keyCodec } from '../../src/keys/key-codec.js';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if every element is true. */
function holds(...facts: true[]): number {
  return facts.length;
}

test('each name gives a new codec of its own', (t) => {
  for (const name of ['ordered', 'utf8', 'binary'] as const) {
    t.is(keyCodec(name).name, name);
    t.not(keyCodec(name) as unknown, keyCodec(name) as unknown);
  }
});

test('an unknown name is refused', (t) => {
  t.throws(() => keyCodec('hex' as KeyEncoding), { instanceOf: TypeError, message: /'ordered'/ });
});

test('the types of keys follow the encoding', (t) => {
  const ordered = keyCodec('ordered');
  const utf8 = keyCodec('utf8');
  const binary = keyCodec('binary');
  const facts = holds(
    true satisfies Same<typeof ordered, KeyCodec<Key>>,
    true satisfies Same<typeof utf8, KeyCodec<string>>,
    true satisfies Same<typeof binary, KeyCodec<Uint8Array>>,
    true satisfies Same<KeyOf<'ordered'>, Key>,
  );
  t.is(facts, 4);
});
