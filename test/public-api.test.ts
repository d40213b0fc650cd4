// The package as its users meet it: what it exports is exactly this, at run time and as types.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import test from 'ava';

import * as api from '../src/index.js';
import * as wal from '../src/wal-api.js';

const VALUES = ['LaneError', 'isLaneError', 'open', 'salvage'];

const TYPES = [
  'CommitFacts',
  'CustomValueEncoding',
  'Entry',
  'Key',
  'KeyEncoding',
  'KeyOf',
  'LaneErrorCode',
  'LaneErrorPlace',
  'LaneStats',
  'MissingRange',
  'OpenOptions',
  'OpenProgress',
  'Operation',
  'PutOptions',
  'RangeOptions',
  'RangeView',
  'RecoveryReport',
  'SalvageLoss',
  'SalvageOptions',
  'SalvageProgress',
  'SalvageReport',
  'SalvagedFile',
  'Snapshot',
  'Store',
  'StoreRange',
  'StoreStats',
  'Transaction',
  'ValueEncoding',
  'ValueOf',
  'WriteCondition',
];

const LOG_VALUES = ['LaneError', 'followLog', 'isLaneError', 'openLog', 'readLog'];

const LOG_TYPES = [
  'CommitFacts',
  'FollowLogOptions',
  'LaneErrorCode',
  'LaneErrorPlace',
  'Log',
  'LogBytes',
  'LogContent',
  'LogEntry',
  'LogOperation',
  'LogOptions',
  'LogRecovery',
  'LogSegment',
  'LogStats',
  'Operation',
  'ReadLogOptions',
];

function declaredNames(module: string): { values: string[]; types: string[] } {
  const path = fileURLToPath(new URL(`../src/${module}.d.ts`, import.meta.url));
  const text = readFileSync(path, 'utf8');
  const names = { values: [] as string[], types: [] as string[] };
  for (const match of text.matchAll(/^export (type )?\{([^}]*)\} from/gm)) {
    const list = match[1] === undefined ? names.values : names.types;
    list.push(...(match[2] ?? '').split(',').map((name) => name.trim()));
  }
  const others = text
    .split('\n')
    .filter((line) => line.startsWith('export') && !/^export (?:type )?\{/.test(line));
  if (others.length > 0) throw new Error(`other exports: ${others.join('; ')}`);
  return { values: names.values.sort(), types: names.types.sort() };
}

test('the values that are exported are exactly these', (t) => {
  t.deepEqual(Object.keys(api).sort(), VALUES);
});

test('the declarations export exactly these values and types', (t) => {
  const { values, types } = declaredNames('index');
  t.deepEqual(values, VALUES);
  t.deepEqual(types, TYPES);
});

test('lanedb/wal exports exactly these values and types, and a log has exactly these members', async (t) => {
  t.deepEqual(Object.keys(wal).sort(), LOG_VALUES);
  const { values, types } = declaredNames('wal-api');
  t.deepEqual(values, LOG_VALUES);
  t.deepEqual(types, LOG_TYPES);
  const { openTestLog } = await import('./support/logs.js');
  const { log } = await openTestLog();
  const members = Object.getOwnPropertyNames(Object.getPrototypeOf(log));
  t.deepEqual(members.filter((name) => name !== 'constructor').sort(), [
    'append',
    'appendBatch',
    'appendCheckpoint',
    'appendCommit',
    'appendDelete',
    'appendEpochBarrier',
    'appendPut',
    'close',
    'entries',
    'entriesSinceSync',
    'epoch',
    'firstPosition',
    'flush',
    'flushSync',
    'follow',
    'isOpen',
    'isSyncPending',
    'isSynced',
    'nextSequence',
    'position',
    'retire',
    'segmentPaths',
    'segments',
    'stats',
    'submitSync',
    'sync',
    'syncedPosition',
    'syncedSequence',
  ]);
  t.true(Symbol.asyncDispose in log);
  const name = 'lanedb/wal';
  t.is(((await import(name)) as typeof wal).openLog, wal.openLog);
});

test('the methods of a store are exactly these', async (t) => {
  const { openNew } = await import('./support/stores.js');
  const store = await openNew(t);
  await store.put('a', 1);
  const names = (value: object) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(value))
      .filter((name) => name !== 'constructor')
      .sort();
  t.deepEqual(names(store), [
    'batch',
    'clear',
    'close',
    'commit',
    'count',
    'delete',
    'entries',
    'flush',
    'flushSync',
    'get',
    'getEntry',
    'getMany',
    'has',
    'keys',
    'lastCommit',
    'put',
    'snapshot',
    'stats',
    'transaction',
    'values',
  ]);
  t.true(Symbol.asyncDispose in store);
  const snapshot = store.snapshot();
  t.true(Symbol.dispose in snapshot);
  const readers = ['count', 'entries', 'get', 'getEntry', 'getMany', 'has', 'keys', 'values'];
  t.deepEqual(names(snapshot), ['close', ...readers].sort());
  store.transaction((tx) => t.deepEqual(names(tx), ['delete', 'put', ...readers].sort()));
});

test('the package gives its API under its own name, and nothing else of it', async (t) => {
  const name = 'lanedb';
  t.is(((await import(name)) as typeof api).open.name, 'open');
  for (const inside of ['lanedb/dist/src/store/store.js', 'lanedb/src/index.ts']) {
    await t.throwsAsync(import(inside), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  }
});

test('an error of LaneDB is told by its class and code', (t) => {
  const error = new api.LaneError('CORRUPT', 'text', { file: 'a', offset: 5 });
  t.true(api.isLaneError(error));
  t.true(api.isLaneError(error, 'CORRUPT'));
  t.false(api.isLaneError(error, 'STORE_FULL'));
  t.false(api.isLaneError(new Error('text')));
});
