// The whole of a dump: which files it goes through, its options, and where it refuses.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';
import fc from 'fast-check';

import { type DumpOptions, dumpLines } from '../../src/cli/dump.js';
import { judge } from '../../src/cli/verify.js';
import { isLaneError } from '../../src/errors.js';
import { beginLog, putCities, putVariety } from '../support/fixture-case.js';
import { fixtureDisk, fixtureNames, readStore } from '../support/fixture-files.js';
import { LogBuilder } from '../support/log-builder.js';
import { checkAsyncProperty } from '../support/property.js';
import { run } from '../support/run-command.js';
import { storeDisk } from '../support/segment-facts.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import type { TestDisk } from '../support/test-disk.js';

const OPTIONS: DumpOptions = {
  json: false,
  keysOnly: false,
  hex: false,
  keyEncoding: 'ordered',
  from: 0,
  lane: undefined,
};

function linesOf(disk: TestDisk, changes: Partial<DumpOptions> = {}): string[] {
  const dumped = { hasDamage: false };
  const alarm = (text: string): string => text;
  return [
    ...dumpLines({ fileSystem: disk, path: '/store', alarm, dumped }, { ...OPTIONS, ...changes }),
  ];
}

test('only keys, one a line, of puts and deletes alone and in batches', (t) => {
  const { log, first } = beginLog();
  putVariety(log, first);
  log.openSuperblock([{ first: 1 }]);
  const disk = storeDisk(log.files);
  const lines = linesOf(disk, { keysOnly: true });
  t.is(lines.length, 10);
  t.deepEqual(lines.slice(0, 4), ['"alpha"', '["user",42,"name"]', '{"$bigint":"7"}', '""']);
  const json = linesOf(disk, { keysOnly: true, json: true });
  t.deepEqual(
    json.map((line) => JSON.stringify(JSON.parse(line).key)),
    lines,
  );
});

test('one lane only, and none of the others', (t) => {
  const disk = fixtureDisk('v1-two-lanes');
  const text = linesOf(disk, { lane: 1 }).join('\n');
  t.regex(text, /wal-l01-0000000002\.log/);
  t.notRegex(text, /wal-l00/);
  const missing = linesOf(fixtureDisk('v1-missing-lane'), { lane: 0 }).join('\n');
  t.notRegex(missing, /DAMAGE/);
});

test('from a full sequence on', (t) => {
  const disk = fixtureDisk('v1-sealed-prefix');
  const from = 2 * 2 ** 32 + 3;
  const records = linesOf(disk, { json: true, from })
    .map((line) => JSON.parse(line))
    .filter(({ fact }) => fact === 'record');
  t.deepEqual(
    records.map(({ sequence }) => sequence),
    [from, 3 * 2 ** 32 + 1, 3 * 2 ** 32 + 2],
  );
});

test('hex in JSON is the bytes of each structure', (t) => {
  const { log, first } = beginLog();
  log.put(first, 'a', 1);
  log.openSuperblock([{ first: 1 }]);
  const facts = linesOf(storeDisk(log.files), { json: true, hex: true }).map((line) =>
    JSON.parse(line),
  );
  const record = facts.find(({ fact }) => fact === 'record');
  t.is(record.hex, Buffer.from(first.bytes.subarray(4096, first.end)).toString('hex'));
  t.is(facts.filter(({ hex }) => hex !== undefined).length, 4);
});

test('a damaged segment does not keep dump from the next one', (t) => {
  const { log, first } = beginLog();
  putCities(log, first, 1, 2);
  const second = log.rotate(first, 2);
  putCities(log, second, 3, 2);
  log.openSuperblock([{ first: 1 }]);
  first.bytes.fill(0);
  const text = linesOf(storeDisk(log.files)).join('\n');
  t.regex(text, /DAMAGE: header: all zeros/);
  t.regex(text, /"city-0004"/);
});

test('a segment that was made after the directory was listed is dumped too', (t) => {
  const { log, first } = beginLog();
  putCities(log, first, 1, 2);
  const second = log.rotate(first, 2);
  putCities(log, second, 3, 2);
  log.openSuperblock([{ first: 1 }]);
  const disk = storeDisk(log.files);
  const early = new Proxy(disk, {
    get: (target, name) => {
      if (name === 'list') return () => [first.name, 'superblock'];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const text = linesOf(early).join('\n');
  t.regex(text, /"city-0004"/);
  t.notRegex(text, /missing/);
});

test('other files of the directory are named at the end', (t) => {
  const { log, first } = beginLog();
  log.openSuperblock([{ first: 1 }]);
  t.is(first.offsets.length, 0);
  log.files.set('notes.txt', new Uint8Array(3));
  log.files.set('preparing-l00-0000000002.tmp', new Uint8Array(3));
  log.files.set('LOCK.after-none', new Uint8Array(3));
  t.deepEqual(linesOf(storeDisk(log.files)).slice(-3), [
    'LOCK.after-none: a claim to the lock',
    'notes.txt: not a file of a store',
    'preparing-l00-0000000002.tmp: left behind by a crash, or in the making',
  ]);
});

test('a path without anything of a store is refused, and nothing is made there', async (t) => {
  const directory = temporaryDirectory(t);
  const missing = await run('dump', join(directory, 'missing'));
  t.is(missing.code, 4);
  t.regex(missing.stderr, /^lanedb: STORE_NOT_FOUND [^\n]*\n$/);
  t.regex((await run('dump', directory)).stderr, /^lanedb: STORE_NOT_FOUND /);
  writeFileSync(join(directory, 'notes.txt'), 'x');
  t.regex((await run('dump', directory)).stderr, /^lanedb: NOT_A_STORE /);
  t.regex((await run('dump', join(directory, 'notes.txt'))).stderr, /^lanedb: NOT_A_STORE /);
});

test('a store of many records is dumped without holding it', (t) => {
  const log = new LogBuilder();
  const segment = log.segment({ generation: 1, segmentBytes: 16 * 1024 * 1024 });
  putCities(log, segment, 1, 20000);
  log.openSuperblock([{ first: 1 }]);
  const lines = linesOf(storeDisk(log.files), { keysOnly: true });
  t.is(lines.length, 20000);
  t.is(lines.at(-1), '"city-20000"');
});

test('no damage at all makes dump or verify fail in another way than by a code', async (t) => {
  const names = fixtureNames();
  const damage = fc.record({
    name: fc.constantFrom(...names),
    file: fc.nat(),
    offset: fc.nat(9000),
    byte: fc.nat(255),
    cut: fc.option(fc.nat(9000)),
  });
  await checkAsyncProperty(
    t,
    fc.asyncProperty(damage, async ({ name, file, offset, byte, cut }) => {
      const files = readStore(name);
      const names = [...files.keys()];
      const target = names[file % names.length]!;
      const bytes = files.get(target)!.slice(0, cut ?? undefined);
      if (offset < bytes.length) bytes[offset] = byte;
      files.set(target, bytes);
      const disk = storeDisk(files);
      const before = disk.stateHash();
      for (const line of linesOf(disk, { json: true, hex: true })) JSON.parse(line);
      t.true(linesOf(disk, { hex: true }).length > 0);
      await judge(disk, '/store', () => undefined).catch((error: unknown) => {
        if (!isLaneError(error)) throw error;
      });
      t.is(disk.stateHash(), before);
    }),
  );
});
