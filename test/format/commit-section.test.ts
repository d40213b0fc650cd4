// Commit sections: golden bytes, round trip, hostile counts and lengths, names that must survive.

import test from 'ava';
import fc from 'fast-check';

import {
  COMMIT_NAME_BYTES_MAX,
  COMMIT_OFFSETS_MAX,
  COMMIT_SECTION_BYTES_MIN,
  type CommitFacts,
  decodeCommitSection,
  encodeCommitSection,
  isCommitName,
} from '../../src/format/commit-section.js';
import { checkProperty } from '../support/property.js';
import { bytesOf, hexOf } from '../support/record-codec.js';

const FACTS: CommitFacts = { offsets: { clicks: 258, 'a-b_c/d:0': 2 ** 40 }, watermark: -2 };
const GOLDEN =
  '50000000 02000000 01000000 00000000 feffffffffffffff' +
  '06000000 00000000 0201000000000000 636c69636b730000' +
  '09000000 00000000 0000000000010000 612d625f632f643a 3000000000000000';

function golden(): Uint8Array {
  return bytesOf(GOLDEN.replaceAll(' ', ''));
}

function changed(at: number, value: number): CommitFacts | undefined {
  const bytes = golden();
  new DataView(bytes.buffer).setUint32(at, value, true);
  return decodeCommitSection(bytes);
}

test('a section has these bytes', (t) => {
  t.is(hexOf(encodeCommitSection(FACTS)), GOLDEN.replaceAll(' ', ''));
  t.deepEqual(decodeCommitSection(golden()), FACTS);
});

test('a section without offsets and watermark is the smallest', (t) => {
  const bytes = encodeCommitSection({ offsets: {} });
  t.is(bytes.length, COMMIT_SECTION_BYTES_MIN);
  t.deepEqual(decodeCommitSection(bytes), { offsets: {} });
});

test('a section is read back', (t) => {
  const name = fc.string({ unit: 'grapheme', maxLength: 40 }).filter(isCommitName);
  const offsets = fc.dictionary(name, fc.maxSafeNat(), { maxKeys: 8, noNullPrototype: true });
  const watermark = fc.option(fc.maxSafeInteger(), { nil: undefined });
  checkProperty(
    t,
    fc.property(offsets, watermark, (offsets, watermark) => {
      const facts = watermark === undefined ? { offsets } : { offsets, watermark };
      const bytes = encodeCommitSection(facts);
      t.is(bytes.length % 8, 0);
      t.deepEqual(decodeCommitSection(bytes), facts);
      t.deepEqual(encodeCommitSection(decodeCommitSection(bytes)!), bytes);
    }),
  );
});

test('names that trip a careless reader survive', (t) => {
  const names = ['__proto__', 'constructor', '', '\ufefftext', '10', '9', '\u0000', '\u{1f600}'];
  const offsets: Record<string, number> = Object.fromEntries(
    names.map((name, index) => [name, index]),
  );
  const decoded = decodeCommitSection(encodeCommitSection({ offsets }))!;
  t.deepEqual(Object.entries(decoded.offsets).sort(), Object.entries(offsets).sort());
  t.is(Object.getPrototypeOf(decoded.offsets), Object.prototype);
});

test('a section takes as many and as long names as it may, and no more', (t) => {
  const offsets: Record<string, number> = {};
  for (let index = 0; index < COMMIT_OFFSETS_MAX; index++) offsets[`source ${index}`] = index;
  t.deepEqual(decodeCommitSection(encodeCommitSection({ offsets })), { offsets });
  offsets['one more'] = 1;
  t.throws(() => encodeCommitSection({ offsets }), { message: /COMMIT_OFFSETS_MAX/ });
  const longest = 'x'.repeat(COMMIT_NAME_BYTES_MAX);
  t.deepEqual(decodeCommitSection(encodeCommitSection({ offsets: { [longest]: 1 } })), {
    offsets: { [longest]: 1 },
  });
  t.throws(() => encodeCommitSection({ offsets: { [`${longest}x`]: 1 } }), { message: /name/ });
});

test('a name is refused when it is too long in UTF-8 or would not come back', (t) => {
  t.true(isCommitName('x'.repeat(1024)));
  t.false(isCommitName('x'.repeat(1025)));
  t.true(isCommitName('\u00e4'.repeat(512)));
  t.false(isCommitName('\u00e4'.repeat(513)));
  t.false(isCommitName('\ud800'));
  t.false(isCommitName('a\udc00b'));
  t.true(isCommitName('\u{1f600}'));
});

test('numbers that cannot be stored are refused', (t) => {
  for (const offset of [-1, 0.5, Number.NaN, 2 ** 53]) {
    t.throws(() => encodeCommitSection({ offsets: { a: offset } }), { message: /offset/ });
  }
  for (const watermark of [0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    t.throws(() => encodeCommitSection({ offsets: {}, watermark }), { message: /watermark/ });
  }
});

test('a section cut off or extended anywhere is refused', (t) => {
  const bytes = golden();
  for (let length = 0; length < bytes.length; length++) {
    t.is(decodeCommitSection(bytes.subarray(0, length)), undefined);
  }
  const longer = new Uint8Array(bytes.length + 8);
  longer.set(bytes);
  t.is(decodeCommitSection(longer), undefined);
  longer[0] = longer.length;
  t.is(decodeCommitSection(longer), undefined);
});

test('hostile lengths and counts are refused', (t) => {
  for (const value of [0, 1, 79, 81, 88, 0x7fffffff, 0xffffffff]) {
    t.is(changed(0, value), undefined, `section bytes ${value}`);
  }
  for (const value of [0, 1, 3, 1025, 0x7fffffff, 0xffffffff]) {
    t.is(changed(4, value), undefined, `count ${value}`);
  }
  for (const value of [0, 14, 15, 16, 1024, 1025, 0x7fffffff, 0xfffffff8, 0xffffffff]) {
    t.is(changed(24, value), undefined, `name bytes ${value}`);
  }
});

test('reserved bytes, padding and an unset watermark are zero', (t) => {
  for (const at of [12, 28, 52]) t.is(changed(at, 1), undefined, `reserved at ${at}`);
  t.is(changed(8, 2), undefined);
  t.is(changed(8, 0), undefined);
  for (let at = 46; at < 48; at++) {
    const bytes = golden();
    bytes[at] = 1;
    t.is(decodeCommitSection(bytes), undefined, `padding at ${at}`);
  }
});

test('numbers that are no safe integers are refused', (t) => {
  t.is(changed(36, 0x200000), undefined);
  t.is(changed(20, 0x200000), undefined);
});

test('a name that is no UTF-8 or stands twice is refused', (t) => {
  const bytes = golden();
  bytes[40] = 0xff;
  t.is(decodeCommitSection(bytes), undefined);
  const twice = encodeCommitSection({ offsets: { aa: 1, ab: 2 } });
  twice[65] = 0x61;
  t.is(hexOf(twice.subarray(64, 66)), '6161');
  t.is(decodeCommitSection(twice), undefined);
});

test('no bytes at all make the reader throw', (t) => {
  checkProperty(
    t,
    fc.property(fc.nat({ max: 79 }), fc.nat({ max: 255 }), fc.nat({ max: 79 }), (a, value, b) => {
      const bytes = golden();
      bytes[a] = value;
      bytes[b] = value ^ 0xff;
      const facts = decodeCommitSection(bytes);
      if (facts !== undefined) t.deepEqual(encodeCommitSection(facts), bytes);
    }),
    3000,
  );
});
