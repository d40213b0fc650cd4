// Facts as lines for people. The fixtures hold whole dumps; here is what they do not show.

import test from 'ava';

import type { Fact } from '../../src/cli/dump-facts.js';
import { keyText, textOf } from '../../src/cli/dump-text.js';

const STOP = {
  fact: 'stop',
  file: 'wal-l00-0000000001.log',
  offset: 4128,
  records: 1,
  isRegular: true,
  isCleanEnd: false,
  beyond: { records: 0, offset: -1, sequence: 0, durable: 0 },
  bytesEnd: 4128,
} as const;

function linesOf(fact: Fact): string[] {
  return [...textOf(fact, (text) => `!${text}!`)];
}

test('only what is damaged is marked', (t) => {
  const regular = linesOf({ ...STOP, reason: 'end' });
  t.deepEqual(regular, ['  1 record; stops at 4128: the end of the log']);
  const [damaged = ''] = linesOf({ ...STOP, reason: 'checksum', isRegular: false });
  t.regex(damaged, /^ {2}!DAMAGE: 1 record; stops at 4128: .*!$/);
  const missing: Fact = { fact: 'file', file: 'x', note: 'missing', isDamage: true };
  t.deepEqual(linesOf(missing), ['!DAMAGE: x: missing!']);
  t.deepEqual(linesOf({ ...missing, isDamage: false }), ['x: missing']);
});

test('each reason to stop has words of its own', (t) => {
  const reasons = ['end', 'full', 'trailer', 'length', 'checksum', 'malformed', 'unread'] as const;
  const texts = reasons.map((reason) => linesOf({ ...STOP, reason })[0]);
  t.is(new Set(texts).size, reasons.length);
});

test('a held lock says whether its owner runs', (t) => {
  const held = { fact: 'lock', state: 'held', pid: 7, since: 'then' } as const;
  t.deepEqual(linesOf({ ...held, isAlive: true }), [
    'LOCK: held by process 7 since then, which is running',
  ]);
  t.deepEqual(linesOf({ ...held, isAlive: false }), [
    'LOCK: held by process 7 since then, which has ended',
  ]);
  t.deepEqual(linesOf({ fact: 'lock', state: 'unreadable', problem: 'EIO' }), [
    'LOCK: cannot be read: EIO',
  ]);
});

test('a key is JSON that no terminal acts on, or hex', (t) => {
  t.is(keyText({ key: 'a\u001b\u009b', keyBytes: 3, valueBytes: 0 }), '"a\\u001b\\u009b"');
  t.is(keyText({ keyHex: '61ff', keyBytes: 2, valueBytes: 0 }), 'hex:61ff');
});
