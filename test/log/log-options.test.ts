// Options of openLog().

import test from 'ava';
import { readLogOptions } from '../../src/log/log-options.js';

const type = { instanceOf: TypeError };
const range = { instanceOf: RangeError };

test('without options a log has these', (t) => {
  t.deepEqual(readLogOptions('path', undefined), {
    createIfMissing: true,
    readOnly: false,
    io: 'buffered',
    ringSegments: 4,
    segmentBytes: 16777216,
    syncDelayMs: 10,
    stallMsMax: 30_000,
    startSequence: 1,
    position: undefined,
  });
});

test('every number is taken at its limits and refused one past them', (t) => {
  const limits: [string, number, number, number][] = [
    ['ringSegments', 2, 16, 1],
    ['segmentBytes', 65536, 134217728, 65536],
    ['syncDelayMs', 0, 10_000, 1],
    ['stallMsMax', 1, 600_000, 1],
    ['startSequence', 1, 2097151 * 2 ** 32 + 0xff000000, 1],
    ['position', 0, Number.MAX_SAFE_INTEGER, 1],
  ];
  for (const [name, min, max, step] of limits) {
    t.like(readLogOptions('path', { [name]: min }), { [name]: min });
    const small = name === 'ringSegments' ? { segmentBytes: 65536 } : { ringSegments: 2 };
    t.like(readLogOptions('path', { ...small, [name]: max }), { [name]: max });
    for (const value of [min - step, max + step, 2.5]) {
      t.throws(() => readLogOptions('path', { ...small, [name]: value }), range, name);
    }
    t.throws(() => readLogOptions('path', { [name]: '5' }), type, name);
  }
});

test('what does not go together is refused', (t) => {
  t.throws(() => readLogOptions('p', { segmentBytes: 65544 }), { ...range, message: /multiple/ });
  const ring = { ringSegments: 16, segmentBytes: 134217728 };
  t.throws(() => readLogOptions('p', ring), { ...range, message: /2 GiB/ });
  t.notThrows(() => readLogOptions('p', { ...ring, ringSegments: 15 }));
  for (const startSequence of [2 ** 32, 2 ** 33, 0xff000001, 2 ** 32 + 0xff000001]) {
    t.throws(() => readLogOptions('p', { startSequence }), { ...range, message: /low 32 bits/ });
  }
  t.notThrows(() => readLogOptions('p', { startSequence: 2 ** 32 + 1 }));
});

test('an unknown option, and what is no option at all, is a mistake of type', (t) => {
  t.throws(() => readLogOptions('p', { segmentbytes: 65536 }), {
    ...type,
    message: /segmentbytes/,
  });
  t.throws(() => readLogOptions('p', 5), type);
  t.throws(() => readLogOptions('p', null), type);
  t.throws(() => readLogOptions('p', { io: 'direct' }), type);
  t.throws(() => readLogOptions('p', { createIfMissing: 1 }), type);
  t.throws(() => readLogOptions(new URL('file:///p'), {}), type);
  t.throws(() => readLogOptions('a\0b', {}), range);
});
