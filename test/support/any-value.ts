// Random values for fast-check that the value encoding 'msgpack' gives back as they were, rich in the
// cases that break encodings.

import fc from 'fast-check';

import { anyBytes, anyText } from './any-key.js';

const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0xd700, max: 0xe100 }), fc.integer({ min: 0, max: 0xffff })))
  .map((units) => String.fromCharCode(...units));

const anyLeaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, 0, -0, NaN, Infinity, -Infinity),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  anyText,
  anyUnits,
  fc.string({ maxLength: 300, minLength: 60, unit: 'grapheme' }),
  fc.date(),
  anyBytes,
  anyBytes.map((bytes) => Buffer.from(bytes)),
  fc.float64Array({ maxLength: 4 }),
  fc.int16Array({ maxLength: 4 }),
  fc.bigInt64Array({ maxLength: 3 }),
  anyBytes.map((bytes) => Uint8Array.from(bytes).buffer),
);

const anyName = fc.oneof(
  anyText,
  fc.constantFrom('__proto__', 'constructor', 'toJSON', '', '0', '$bigint', '$view', '$object'),
);

/** Also undefined, which is a value within others only. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; tree: unknown }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      { weight: 2, arbitrary: anyLeaf },
      { weight: 3, arbitrary: tie('tree') },
    ),
    tree: fc.oneof(
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(anyName, tie('value'), { maxKeys: 5, noNullPrototype: true }),
      fc
        .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
        .map((pairs) => new Map(pairs)),
      fc.array(tie('value'), { maxLength: 3 }).map((elements) => new Set(elements)),
    ),
  }),
).value;
