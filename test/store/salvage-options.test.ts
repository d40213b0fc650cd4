// Arguments of salvage(): defaults, wrong types, unknown names.

import test from 'ava';

import { readSalvageOptions } from '../../src/store/salvage-options.js';

test('options not given have their defaults', (t) => {
  const defaults = { strict: false, onProgress: undefined, signal: undefined };
  t.deepEqual(readSalvageOptions('a', 'b'), defaults);
  t.deepEqual(readSalvageOptions('a', 'b', {}), defaults);
  t.deepEqual(readSalvageOptions('a', 'b', defaults), defaults);
});

test('options given are taken', (t) => {
  const { signal } = new AbortController();
  const onProgress = () => undefined;
  const given = { strict: true, onProgress, signal };
  t.deepEqual(readSalvageOptions('a', 'b', given), given);
});

test('everything else is refused by name', (t) => {
  for (const [path, target, options, message] of [
    ['', 'b', {}, /path must/],
    ['a', '', {}, /target must/],
    [1, 'b', {}, /path must/],
    ['a', undefined, {}, /target must/],
    ['a', 'b', null, /options must/],
    ['a', 'b', 'strict', /options must/],
    ['a', 'b', { strikt: true }, /unknown option 'strikt'/],
    ['a', 'b', { strict: 1 }, /strict/],
    ['a', 'b', { onProgress: 1 }, /onProgress/],
    ['a', 'b', { signal: {} }, /signal/],
  ] as const) {
    t.throws(() => readSalvageOptions(path, target, options), { instanceOf: TypeError, message });
  }
});
