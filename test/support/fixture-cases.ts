// Recovery fixtures of sound stores and of those whose end is torn: everything acknowledged is there.

import { beginLog, type FixtureCase, putCities, putVariety } from './fixture-case.js';
import { lockBlock } from './fixture-lock.js';
import { LogBuilder } from './log-builder.js';

const UNCLEAN = 'unclean: the prefix up to the end of the log';

export const SOUND_CASES: FixtureCase[] = [
  {
    name: 'v1-clean',
    damage: 'none: closed properly, with records of every kind',
    outcome: 'clean: everything',
    reason:
      'The reference for the bytes of every record. The LOCK names an owner that released it.',
    files: () => {
      const { log, first } = beginLog();
      putVariety(log, first);
      log.cleanSuperblock([{ first: 1, last: first }]);
      log.files.set('LOCK', lockBlock('released'));
      return log.files;
    },
  },
  {
    name: 'v1-killed-idle',
    damage: 'the process was killed after the store had fallen idle',
    outcome: UNCLEAN,
    reason:
      'The last record is the no-op that carries the watermark: all before it is known durable.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 6);
      log.sync();
      log.noOp(first);
      log.openSuperblock([{ first: 1 }]);
      return log.files;
    },
  },
  {
    name: 'v1-torn',
    damage: 'the last record was half written when the power went',
    outcome: 'unclean: the torn record is given up',
    reason: 'Nothing says that the last record was durable, so it is a write that never finished.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 4);
      log.sync();
      putCities(log, first, 5, 2);
      log.openSuperblock([{ first: 1 }]);
      first.bytes.fill(0, first.offsets[5]! + 24);
      return log.files;
    },
  },
  {
    name: 'v1-torn-group',
    damage: 'of the last group of records the first did not reach the disk, the others did',
    outcome: 'unclean: the prefix before the group',
    reason:
      'The sectors of an unfinished sync arrive in any order. Records after the hole are given up: ' +
      'what comes back is a prefix.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      log.sync();
      putCities(log, first, 4, 4);
      log.openSuperblock([{ first: 1 }]);
      first.bytes.fill(0, first.offsets[3]!, first.offsets[4]!);
      return log.files;
    },
  },
  {
    name: 'v1-damaged-above-watermark',
    damage: 'one bit of a record that was not known to be durable is flipped',
    outcome: 'unclean: the prefix before the record',
    reason: 'Above the watermark damage cannot be told from a torn write.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 4);
      log.sync();
      putCities(log, first, 5, 4);
      first.damage(5, 30);
      log.openSuperblock([{ first: 1 }]);
      return log.files;
    },
  },
  {
    name: 'v1-rotated',
    damage: 'none but the missing close: the log runs through three segments',
    outcome: UNCLEAN,
    reason: 'Each rotation trailer names the next generation; the numbers need not be neighbours.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const second = log.rotate(first, 2);
      log.sync();
      putCities(log, second, 4, 3);
      const third = log.rotate(second, 5);
      putCities(log, third, 7, 2);
      log.openSuperblock([{ first: 1 }]);
      return log.files;
    },
  },
  {
    name: 'v1-clean-rotated',
    damage: 'none: closed properly in the second segment, with a standby prepared',
    outcome: 'clean: everything; the standby holds no record',
    reason: 'A standby has a header and nothing else. It is not part of the chain.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 3);
      const second = log.rotate(first, 2);
      putCities(log, second, 4, 3);
      log.segment({ generation: 3 });
      log.cleanSuperblock([{ first: 1, last: second }]);
      return log.files;
    },
  },
  {
    name: 'v1-recycled',
    damage: 'the segment holds the records of an earlier life behind the end of the log',
    outcome: 'unclean: nothing of the earlier life',
    reason:
      'The generation is part of every checksum, so a record of an earlier life is no record. Here ' +
      'the old records stand exactly where the next ones would.',
    files: () => {
      const old = new LogBuilder();
      const before = old.segment({ generation: 1 });
      putCities(old, before, 1, 12);
      const log = new LogBuilder({ firstSequence: 13 });
      const first = log.segment({ generation: 4, before: before.bytes });
      putCities(log, first, 101, 5);
      log.openSuperblock([{ first: 4 }]);
      return log.files;
    },
  },
  {
    name: 'v1-half-recycled',
    damage: 'the power went while a segment was prepared from an older one',
    outcome: 'unclean; the temporary file is left over',
    reason: 'Until it is renamed a segment has no name that counts, whatever its header says.',
    files: () => {
      const { log, first } = beginLog({ generation: 2 });
      putCities(log, first, 1, 4);
      log.openSuperblock([{ first: 2 }]);
      const prepared = log.segment({ generation: 3 });
      log.files.delete(prepared.name);
      log.files.set('preparing-l00-0000000003.tmp', prepared.bytes.slice(0, 9000));
      return log.files;
    },
  },
  {
    name: 'v1-leftover-segment',
    damage: 'an old segment was not yet deleted when the process died',
    outcome: 'clean; the old segment is left over',
    reason: 'What lies before every chain of the superblock belongs to an earlier life.',
    files: () => {
      const { log, first } = beginLog({ generation: 3 });
      putCities(log, first, 1, 2);
      log.cleanSuperblock([{ first: 3, last: first }]);
      const old = new LogBuilder();
      const left = old.segment({ generation: 1 });
      putCities(old, left, 50, 2);
      log.files.set(left.name, left.bytes);
      return log.files;
    },
  },
  {
    name: 'v1-sealed-prefix',
    damage: 'none but the missing close: an earlier recovery had sealed what it found',
    outcome: UNCLEAN,
    reason:
      'Records of sealed segments keep the sequences of their eras, with gaps; the live ones begin ' +
      'anew in era 3.',
    files: () => {
      const log = new LogBuilder({ era: 3 });
      const sealed = log.segment({ generation: 5, isSealed: true });
      log.sealed(sealed, 1, 7, ['alpha', 'of era 1']);
      log.sealed(sealed, 1, 9, ['beta', 'of era 1']);
      log.sealed(sealed, 2, 2, ['alpha', 'of era 2']);
      log.sealed(sealed, 2, 3, ['beta', undefined]);
      log.seal(sealed, 6);
      const live = log.segment({ generation: 6 });
      log.put(live, 'gamma', 'of era 3');
      log.put(live, 'alpha', 'of era 3');
      log.openSuperblock([{ first: 5, live: 6 }]);
      return log.files;
    },
  },
  {
    name: 'v1-trailing-garbage',
    damage: 'bytes that are no record stand behind the end of a properly closed log',
    outcome: 'clean: everything',
    reason: 'A clean close says where the log ends; nothing behind it is looked at.',
    files: () => {
      const { log, first } = beginLog();
      putCities(log, first, 1, 4);
      for (let at = first.end; at < first.end + 500; at++) first.bytes[at] = (at * 31) & 255;
      log.cleanSuperblock([{ first: 1, last: first }]);
      return log.files;
    },
  },
  {
    name: 'v1-two-lanes',
    damage: 'none but the missing close: two lanes wrote in turns',
    outcome: UNCLEAN,
    reason: 'Sequences are dense over all lanes, so they alone give the order of the records.',
    files: () => {
      const log = new LogBuilder();
      const a = log.segment({ lane: 0, generation: 1 });
      const b = log.segment({ lane: 1, generation: 2 });
      for (let round = 0; round < 4; round++) {
        log.put(a, 'turn', `lane 0, round ${round}`);
        log.put(b, 'turn', `lane 1, round ${round}`);
        log.put(b, ['lane 1', round], round);
        if (round === 1) log.sync();
      }
      log.delete(a, ['lane 1', 0]);
      log.openSuperblock([
        { lane: 0, first: 1 },
        { lane: 1, first: 2 },
      ]);
      return log.files;
    },
  },
  {
    name: 'v1-two-lanes-torn',
    damage: 'the last records of one lane are lost, later ones of the other lane are there',
    outcome: 'unclean: the prefix before the first lost record',
    reason: 'The other lane may not keep what came after the loss, or order would break.',
    files: () => {
      const log = new LogBuilder();
      const a = log.segment({ lane: 0, generation: 1 });
      const b = log.segment({ lane: 1, generation: 2 });
      putCities(log, a, 1, 2);
      putCities(log, b, 3, 2);
      log.sync();
      putCities(log, a, 5, 1);
      putCities(log, b, 6, 1);
      putCities(log, a, 7, 2);
      b.bytes.fill(0, b.offsets[2]!);
      log.openSuperblock([
        { lane: 0, first: 1 },
        { lane: 1, first: 2 },
      ]);
      return log.files;
    },
  },
];
