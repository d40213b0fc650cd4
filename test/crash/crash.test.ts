// A short kill test for each medium, and tests of its oracle: it must notice what it is there for.
// Longer: npm run crash -- --kills 200.

import test from 'ava';
import { isPossible } from '../support/medium.js';
import { runCrash } from './crash-run.js';
import {
  applyOperation,
  type CrashState,
  emptyState,
  type FoundState,
  findPrefix,
  versionProblem,
} from './crash-state.js';
import { type CrashLife, operationAt, parseValue, valueText } from './operation-stream.js';
import { formatTotals } from './totals.js';

const KILLS = 10;

for (const io of ['mapped', 'buffered'] as const) {
  const testIo = isPossible(io) ? test : test.skip;
  testIo(`a killed writer loses nothing acknowledged and leaves a prefix (${io})`, async (t) => {
    t.timeout(120_000);
    const seed = Date.now() % 1_000_000;
    t.log(`seed ${seed}`);
    const totals = await runCrash({ seed, kills: KILLS, io });
    t.log(formatTotals(totals));
    t.deepEqual(totals.violations, []);
    t.is(totals.kills, KILLS);
    t.true(totals.acknowledged > 0);
  });
}

const LIFE: CrashLife = {
  seed: 7,
  life: 3,
  profile: {
    name: 'oracle',
    io: 'buffered',
    memoryBytes: 0,
    segmentBytes: 0,
    keys: 30,
    valueBytesMax: 100,
    batchOperationsMax: 20,
    window: 1,
    closeEvery: 0,
  },
};

test('the oracle accepts every prefix with what was acknowledged, and knows its length', (t) => {
  for (let count = 0; count < 200; count++) {
    const found = stateAfter(count);
    const prefix = findPrefix(emptyState(), found, LIFE, count);
    t.is(prefix.problem, '');
    t.deepEqual(prefix.state?.values, found.values);
    t.is(findPrefix(emptyState(), found, LIFE, 0).problem, '');
  }
});

test('the oracle accepts a prefix whose last value was deleted again', (t) => {
  const profile = { ...LIFE.profile, keys: 60, valueBytesMax: 30_000, batchOperationsMax: 2 };
  const life = { seed: 55_184, life: 83, profile };
  const deleted = operationAt(life, 15).writes[0]!;
  t.deepEqual([deleted.type, operationAt(life, 14).writes[0]!.key], ['delete', deleted.key]);
  const base = { values: new Map([[deleted.key, 'of an earlier life']]), commit: undefined };
  const found: CrashState = { values: new Map(base.values), commit: undefined };
  for (let number = 1; number <= 15; number++) {
    applyOperation(found, life.life, operationAt(life, number));
    const { state, problem } = findPrefix(base, found, life, 0);
    t.is(problem, '');
    t.deepEqual(state, found);
  }
});

test('the oracle notices a lost acknowledged operation', (t) => {
  const count = lastWith('put', 100);
  t.regex(findPrefix(emptyState(), stateAfter(count - 1), LIFE, count).problem, /acknowledged/);
});

test('the oracle notices half a batch, a hole, a foreign value and another commit', (t) => {
  const batch = lastWith('batch', 150);
  const half = stateAfter(batch - 1);
  const { writes } = operationAt(LIFE, batch);
  for (const { type, key, value } of writes.slice(0, -1)) {
    if (type === 'put') half.values.set(key, value);
    else half.values.delete(key);
  }
  t.regex(findPrefix(emptyState(), half, LIFE, 0).problem, /no prefix/);

  const hole = emptyState();
  for (let number = 1; number <= 100; number++) {
    if (number !== lastWith('put', 100)) applyOperation(hole, LIFE.life, operationAt(LIFE, number));
  }
  t.regex(findPrefix(emptyState(), hole, LIFE, 0).problem, /no prefix/);

  const foreign = stateAfter(100);
  foreign.values.set('key-1', 'nobody wrote this');
  t.regex(findPrefix(emptyState(), foreign, LIFE, 0).problem, /no prefix/);

  const commit = stateAfter(100);
  commit.commit = { offsets: { life: 2 }, watermark: 1 };
  t.regex(findPrefix(emptyState(), commit, LIFE, 0).problem, /lastCommit/);
});

test('the oracle notices versions out of the write order', (t) => {
  const values = new Map([
    ['a', valueText({ life: 1, number: 1, index: 0, count: 0 }, 20)],
    ['b', valueText({ life: 1, number: 2, index: 0, count: 0 }, 20)],
    ['c', valueText({ life: 1, number: 2, index: 1, count: 0 }, 20)],
  ]);
  const found = (a: number, b: number, c: number): FoundState => {
    const versions = new Map(Object.entries({ a, b, c }));
    return { values, versions, commit: undefined };
  };
  t.is(versionProblem(found(1, 2, 2)), undefined);
  t.truthy(versionProblem(found(3, 2, 2)));
  t.truthy(versionProblem(found(1, 2, 3)));
  t.truthy(versionProblem(found(2, 2, 2)));
});

test('a value that was cut or mixed is not taken for one', (t) => {
  const text = valueText({ life: 1, number: 12, index: 3, count: 0 }, 50);
  t.deepEqual(parseValue(text), { life: 1, number: 12, index: 3, count: 0 });
  t.is(parseValue(`${text.slice(0, 30)}x${text.slice(31)}`), undefined);
  t.is(parseValue('text'), undefined);
});

function stateAfter(count: number): CrashState {
  const state = emptyState();
  for (let number = 1; number <= count; number++) {
    applyOperation(state, LIFE.life, operationAt(LIFE, number));
  }
  return state;
}

/** The last operation of a kind up to `number` whose every write is a change that stays visible. */
function lastWith(kind: 'put' | 'batch', number: number): number {
  for (let at = number; at > 0; at--) {
    const { kind: found, writes } = operationAt(LIFE, at);
    const isPlain = writes.length > 1 || kind === 'put';
    if (found === kind && isPlain && writes.at(-1)?.type === 'put') return at;
  }
  throw new Error('there is none');
}
