// docs/format.md keeps what it says: every example is decoded, compared with what is stated beside it,
// and encoded again. LANEDB_REWRITE=1 makes the bytes of the examples anew; the diff is the review.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import test from 'ava';

import { kindName } from '../../src/cli/annotate.js';
import { crc32 } from '../../src/codec/crc32.js';
import { parseSegmentName } from '../../src/format/file-name.js';
import { decodeLockOwner, encodeLockOwner, LOCK_OWNER_BYTES } from '../../src/format/lock-owner.js';
import { annotatedBytes } from '../support/annotated-bytes.js';
import {
  decodeExample,
  encodeExample,
  exampleLines,
  formatExamples,
  labelledBlocks,
  withFreshExamples,
} from '../support/format-examples.js';
import { hexOf } from '../support/record-codec.js';

const PATH = fileURLToPath(new URL('../../../docs/format.md', import.meta.url));
const isRewriting = process.env['LANEDB_REWRITE'] === '1';
if (isRewriting) writeFileSync(PATH, withFreshExamples(readFileSync(PATH, 'utf8')));
const markdown = readFileSync(PATH, 'utf8');
const blocks = labelledBlocks(markdown);

for (const example of formatExamples(markdown)) {
  test(`the bytes of the example ${example.label} state what stands beside them`, (t) => {
    const bytes = annotatedBytes(example.lines);
    t.deepEqual(decodeExample(example, bytes), example.fields);
    t.is(hexOf(encodeExample(example)), hexOf(bytes));
    t.deepEqual(exampleLines(example), example.lines);
  });
}

test('there is an example of every structure and every kind of record', (t) => {
  const examples = formatExamples(markdown);
  const structures = new Set(examples.map((example) => example.structure));
  t.deepEqual([...structures].sort(), ['record', 'segment-header', 'superblock-slot']);
  const shown = new Set(examples.map((example) => example.fields['kind']));
  for (const kind of [1, 2, 3, 4, 5, 6, 7, 8, 10])
    t.true(shown.has(kindName(kind)), kindName(kind));
});

test('file names mean what the document says', (t) => {
  const { fields } = JSON.parse(blocks.get('file-names')!.get('json')!) as {
    fields: Record<string, unknown>;
  };
  t.true(Object.keys(fields).length > 3);
  for (const [name, stated] of Object.entries(fields)) {
    t.deepEqual(parseSegmentName(name) ?? null, stated, name);
  }
});

test('the block of a lock owner is read and written again', (t) => {
  const text = blocks.get('lock-owner')!.get('text')!;
  const block = new Uint8Array(LOCK_OWNER_BYTES).fill(0x20);
  block.set(new TextEncoder().encode(text));
  block[LOCK_OWNER_BYTES - 1] = 0x0a;
  const checksum = (bytes: Uint8Array): number => crc32(bytes, 0, bytes.length);
  const owner = decodeLockOwner(block, checksum)!;
  t.like(owner, { pid: 4711, state: 'held' });
  t.deepEqual(encodeLockOwner(owner, checksum), block);
});
