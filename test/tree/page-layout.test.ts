// Laying out of pages: exactly as many entries as fit, never one more or less, whatever keys share
// and however many frames they name.

import test from 'ava';
import { privateMemory } from '../../src/cache/private-memory.js';
import {
  countOf,
  ENTRY_POINTS,
  endOf,
  FRAMES_MAX,
  framesOf,
  pageBytes,
  prefixBytesOf,
} from '../../src/format/tree-page.js';
import { pageProblem } from '../../src/format/tree-page-check.js';
import { PageLayout } from '../../src/tree/page-layout.js';
import { StagedEntries } from '../../src/tree/staged-entries.js';
import { seededRandom } from '../support/random.js';

const identity = { page: 1, merge: 1, tree: 1, level: 0 };
const page = privateMemory(4096);

interface Entry {
  key: string;
  valueBytes: number;
  frame: number;
}

function stage(staged: StagedEntries, entry: Entry): void {
  const keyBytes = staged.memory.buffer.write(entry.key, staged.nextKeyAt, 'latin1');
  const isPointer = entry.frame > 0;
  const body = staged.add(keyBytes, isPointer ? 14 : 12 + entry.valueBytes);
  staged.memory.bytes.fill(0, body, body + 14);
  staged.memory.view.setUint8(body, isPointer ? ENTRY_POINTS : 0);
  if (isPointer) staged.setFrame(1, entry.frame, 100, 200);
  else staged.memory.view.setUint16(body + 10, entry.valueBytes, true);
}

/** Bytes of a page of these entries, computed from the definition. */
function sizeOf(entries: Entry[]): number {
  let prefix = entries[0]!.key.length;
  for (const { key } of entries) {
    while (!key.startsWith(entries[0]!.key.slice(0, prefix))) prefix--;
  }
  const frames = new Set(entries.filter((entry) => entry.frame > 0).map((entry) => entry.frame));
  const bytes = entries.map(
    ({ key, valueBytes, frame }) =>
      2 + Math.max(0, key.length - prefix - 4) + (frame > 0 ? 14 : 12 + valueBytes),
  );
  return pageBytes(
    entries.length,
    frames.size,
    prefix,
    bytes.reduce((sum, one) => sum + one, 0),
  );
}

test('as many entries as fit a page are put there, and not one fewer', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const layout = new PageLayout();
  for (let round = 0; round < 300; round++) {
    const staged = new StagedEntries();
    const [longest, values, frames] = [below(2) * 900 + 12, below(200), below(3) * 150];
    const keys = new Set(
      Array.from({ length: 400 }, () => `${'k'.repeat(below(longest))}${below(9999)}`),
    );
    const entries = [...keys]
      .sort()
      .map((key) => ({ key, valueBytes: below(values + 1), frame: below(frames + 1) }));
    const given: Entry[] = [];
    for (const entry of entries) {
      if (staged.size > 8192) break;
      stage(staged, entry);
      given.push(entry);
    }
    const goal = random() < 0.5 ? 4096 : 1000 + below(3096);
    const count = layout.fit(staged, goal);
    t.true(count === 1 || sizeOf(given.slice(0, count)) <= goal);
    if (count < given.length) t.true(sizeOf(given.slice(0, count + 1)) > goal);
    layout.write(staged, page, 0, identity);
    t.is(pageProblem(page.bytes, page.view, 0), undefined);
    t.is(countOf(page.view, 0), count);
    t.is(endOf(page.view, 0), sizeOf(given.slice(0, count)));
    t.true(staged.size >= sizeOf(given));
  }
});

test('a page names at most 256 frames', (t) => {
  const staged = new StagedEntries();
  const layout = new PageLayout();
  // Hardly possible in 4,096 bytes: shown with the table alone.
  for (let index = 0; index < 140; index++) {
    stage(staged, { key: `k${1000 + index}`, valueBytes: 0, frame: index + 1 });
  }
  const count = layout.fit(staged, 4096);
  layout.write(staged, page, 0, identity);
  t.is(framesOf(page.view, 0), count);
  t.true(count < FRAMES_MAX);
  t.is(prefixBytesOf(page.view, 0), count > 100 ? 2 : 3);
});

test('the longest key with the longest value fits a page alone', (t) => {
  const staged = new StagedEntries();
  const layout = new PageLayout();
  stage(staged, { key: 'a'.repeat(1024), valueBytes: 1024, frame: 0 });
  stage(staged, { key: 'b'.repeat(1024), valueBytes: 1024, frame: 0 });
  t.is(layout.fit(staged, 1), 1);
  layout.write(staged, page, 0, identity);
  t.is(pageProblem(page.bytes, page.view, 0), undefined);
});
