// Pages in their file: what is not the page that the pointer names is told, with file and offset.

import test from 'ava';
import { privateMemory } from '../../src/cache/private-memory.js';
import { bodyAt, versionOf } from '../../src/format/tree-page.js';
import { TreeCursor } from '../../src/tree/cursor.js';
import { PageFile, pageChecksum, pageSeed } from '../../src/tree/page-file.js';
import { TreeFixture } from '../support/tree-fixture.js';

function grown(): TreeFixture {
  const fixture = new TreeFixture();
  const entries = Array.from(
    { length: 900 },
    (_, index) => [`key${index}`, { value: 'v'.repeat(30), version: index + 1 }] as const,
  );
  fixture.merge(new Map(entries));
  return fixture;
}

const memory = privateMemory(4096);

test('every damaged byte of a page is found', (t) => {
  const fixture = grown();
  const { page, checksum } = fixture.root;
  for (let byte = 0; byte < 4096; byte += 7) {
    const at = page * 4096 + byte;
    fixture.file.bytes[at]! ^= 1 << (byte % 8);
    const error = t.throws(() => fixture.reader.read(page, checksum, memory, 0), {
      code: 'CORRUPT',
    });
    t.is((error as unknown as { offset: number }).offset, page * 4096);
    fixture.file.bytes[at]! ^= 1 << (byte % 8);
  }
  t.notThrows(() => fixture.reader.read(page, checksum, memory, 0));
});

test('a page that was valid once is not taken for the one that is pointed to', (t) => {
  const fixture = grown();
  const { page, checksum } = fixture.root;
  const old = fixture.file.bytes.slice(page * 4096, page * 4096 + 4096);
  fixture.merge(new Map([['key5', { value: 'other', version: 5000 }]]));
  fixture.file.bytes.set(old, fixture.root.page * 4096);
  t.throws(() => fixture.reader.read(fixture.root.page, fixture.root.checksum, memory, 0), {
    code: 'CORRUPT',
    message: /not the page that is pointed to/,
  });
  t.throws(() => fixture.reader.read(fixture.root.page, checksum, memory, 0), {
    code: 'CORRUPT',
    message: /another page stands here/,
  });
});

test('a page of another store does not hold', (t) => {
  const fixture = grown();
  const other = new PageFile(fixture.file, pageSeed(new Uint8Array(16).fill(8)));
  const { page, checksum } = fixture.root;
  t.throws(() => other.read(page, checksum, memory, 0), { code: 'CORRUPT' });
});

test('a page beyond the end of the file is told', (t) => {
  const fixture = grown();
  const { page, checksum } = fixture.root;
  fixture.file.length = page * 4096 + 4095;
  t.throws(() => fixture.reader.read(page, checksum, memory, 0), {
    code: 'CORRUPT',
    message: /the file ends before the page/,
  });
});

test('no field of a page, however wrong, gets past the check of its form', (t) => {
  const fixture = grown();
  const start = fixture.root.page * 4096;
  const entries = fixture.entries();
  let refused = 0;
  const end = new DataView(fixture.file.bytes.buffer).getUint16(start + 20, true);
  for (let byte = 4; byte < end; byte++) {
    for (const bit of [0, 3, 7]) {
      const kept = fixture.file.bytes.slice(start, start + 4096);
      fixture.file.bytes[start + byte]! ^= 1 << bit;
      const checksum = pageChecksum(fixture.seed, fixture.file.bytes, start);
      new DataView(fixture.file.bytes.buffer).setInt32(start, checksum, true);
      const root = { page: fixture.root.page, checksum };
      try {
        fixture.reader.read(root.page, checksum, memory, 0);
        const { problems } = fixture.problems(root, false);
        if (problems.length === 0) t.deepEqual(fixture.entries(root), entries);
        else refused++;
      } catch (error) {
        t.like(error, { code: 'CORRUPT', offset: start });
        refused++;
      }
      fixture.file.bytes.set(kept, start);
    }
  }
  // All but the number of the merge, which nothing in the tree contradicts.
  t.true(refused >= 3 * (end - 4) - 20, `${refused} of ${3 * (end - 4)}`);
});

/** A tree whose leaves stand in a row. */
function longTree(): TreeFixture {
  const fixture = new TreeFixture(4096);
  const entries = Array.from({ length: 20_000 }, (_, index) => {
    const key = `key${String(index).padStart(6, '0')}`;
    return [key, { value: 'v'.repeat(20), version: index + 1 }] as const;
  });
  fixture.merge(new Map(entries));
  return fixture;
}

test('pages in a row are read many at a time', (t) => {
  const fixture = longTree();
  const { reads } = fixture.file;
  t.is(fixture.entries().length, 20_000);
  t.true(fixture.file.reads - reads < fixture.allocator.used / 10);
});

test('what was read ahead is not taken for what was written since', (t) => {
  const fixture = longTree();
  const cursor = new TreeCursor(fixture.cache, fixture.root, false);
  cursor.seekEnd();
  const version = () => versionOf(cursor.memory.view, bodyAt(cursor.memory.view, cursor.entry));
  for (let step = 0; step < 5000; step++) cursor.advance();
  // The same pages of the file, given up and made anew with other contents.
  const { root } = fixture;
  const changed = new Map(
    Array.from({ length: 20_000 }, (_, index) => {
      const key = `key${String(index).padStart(6, '0')}`;
      return [key, { value: 'w'.repeat(20), version: 50_000 + index }] as const;
    }),
  );
  fixture.merge(changed);
  fixture.reclaim();
  fixture.merge(changed);
  fixture.reclaim();
  const fresh = new TreeCursor(fixture.cache, fixture.root, false);
  fresh.seekEnd();
  for (let step = 0; step < 5001; step++) fresh.advance();
  t.is(versionOf(fresh.memory.view, bodyAt(fresh.memory.view, fresh.entry)), 55_001);
  t.true(version() < 50_000);
  t.not(root.checksum, fixture.root.checksum);
});

test('damage in a page that was read ahead is found when the page is wanted', (t) => {
  const fixture = longTree();
  fixture.file.bytes[30 * 4096 + 2000]! ^= 1;
  const error = t.throws(() => fixture.entries(), { code: 'CORRUPT' });
  t.is((error as unknown as { offset: number }).offset, 30 * 4096);
});
