// Recovery fixtures of stores with damaged bytes in their log: acknowledged data cannot be read.
// Each has to be refused with the file and the offset, and never opened with less than it held.

import { beginLog, type FixtureCase, putCities } from './fixture-case.js';
import { LogBuilder } from './log-builder.js';

export const DAMAGED_CASES: FixtureCase[] = [
  {
    name: 'v1-damaged-below-watermark',
    damage: 'one bit of a durable record is flipped; later records say that it was durable',
    outcome: 'corrupt: the file and the offset of the record',
    reason:
      'The records behind the damage carry the watermark, and are found although they are past it.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 4);
      log.sync();
      putCities(log, first, 5, 3);
      first.damage(2, 30);
      log.openSuperblock([{ first: 1 }]);
      return log.files;
    },
  },
  {
    name: 'v1-damaged-clean',
    damage: 'one bit of the last record of a properly closed store is flipped',
    outcome: 'corrupt: the file and the offset of the record',
    reason: 'A clean close says how far the log goes: there is no torn end in it.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      first.damage(2, 8);
      log.cleanSuperblock([{ first: 1, last: first }]);
      return log.files;
    },
  },
  {
    name: 'v1-damaged-length',
    damage: 'the length of a durable record became 0, which means the end',
    outcome: 'corrupt: the file and the offset of the record',
    reason: 'An end that is none is found out by the records behind it.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.sync();
      putCities(log, first, 4, 2);
      first.bytes.fill(0, first.offsets[1]!, first.offsets[1]! + 4);
      log.openSuperblock([{ first: 1 }]);
      return log.files;
    },
  },
  {
    name: 'v1-damaged-trailer',
    damage: 'one bit of a rotation trailer is flipped, the next segment is there',
    outcome: 'corrupt: the file and the offset of the trailer',
    reason: 'Without the trailer no chain leads to the next segment, but its records are evidence.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const second = log.rotate(first, 2);
      log.sync();
      putCities(log, second, 4, 3);
      first.damage(3, 12);
      log.openSuperblock([{ first: 1 }]);
      return log.files;
    },
  },
  {
    name: 'v1-damaged-sealed',
    damage: 'one bit of a record in a sealed segment is flipped',
    outcome: 'corrupt: the file and the offset of the record',
    reason:
      'A sealed segment was complete when it was committed: no torn write explains damage in it.',
    files: () => {
      const log = new LogBuilder({ era: 1 });
      const sealed = log.segment({ generation: 2, isSealed: true });
      log.sealed(sealed, 0, 1, ['alpha', 1]);
      log.sealed(sealed, 0, 2, ['beta', 2]);
      log.seal(sealed, 3);
      sealed.damage(1, 24);
      const live = log.segment({ generation: 3 });
      log.openSuperblock([{ first: 2, live: 3 }]);
      log.put(live, 'gamma', 3);
      return log.files;
    },
  },
  {
    name: 'v1-damaged-segment-header',
    damage: 'one bit in the header of a segment is flipped',
    outcome: 'corrupt: the file, offset 0',
    reason: 'Without its header a segment cannot say whose it is, whatever its name says.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.openSuperblock([{ first: 1 }]);
      first.bytes[41]! ^= 1;
      return log.files;
    },
  },
];
