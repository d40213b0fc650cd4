// Lines of bytes: columns, folding of zeros, long fields, and fields that are cut off.

import test from 'ava';

import { ByteLines } from '../../src/cli/byte-lines.js';

function linesOf(bytes: number[], make: (lines: ByteLines) => Iterable<string>): string[] {
  return [...make(new ByteLines(Uint8Array.from(bytes), 4096))];
}

test('a field has eight bytes a line, and says once what it is', (t) => {
  const bytes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0xff];
  t.deepEqual(
    linesOf(bytes, (lines) => lines.field(10, 'some bytes')),
    ['    4096  01 02 03 04 05 06 07 08  some bytes', '    4104  09 ff'],
  );
});

test('fields follow each other', (t) => {
  const lines = new ByteLines(Uint8Array.from([1, 2, 3, 4, 5]), 0);
  t.is(lines.remaining, 5);
  t.deepEqual([...lines.field(1, 'a')], ['       0  01                       a']);
  t.deepEqual([...lines.field(0, 'nothing')], []);
  t.is(lines.at, 1);
  t.deepEqual([...lines.field(4, 'b')], ['       1  02 03 04 05              b']);
  t.is(lines.remaining, 0);
});

test('a run of zeros of at least three lines is folded', (t) => {
  const zeros = (count: number) => new Array<number>(count).fill(0);
  t.deepEqual(
    linesOf(zeros(16), (lines) => lines.field(16, 'few')).map((line) => line.slice(10)),
    ['00 00 00 00 00 00 00 00  few', '00 00 00 00 00 00 00 00'],
  );
  t.deepEqual(
    linesOf([1, ...zeros(35), 2], (lines) => lines.field(37, 'many')).map((line) => line.slice(10)),
    ['01 00 00 00 00 00 00 00  many', '00 * 24', '00 00 00 00 02'],
  );
  t.deepEqual(
    linesOf(zeros(4092), (lines) => lines.field(4092, 'all')),
    ['    4096  00 * 4092                all'],
  );
});

test('of a long field the middle is left out, and how much of it is said', (t) => {
  const bytes = Array.from({ length: 40 }, (_, index) => index + 1);
  t.deepEqual(
    linesOf(bytes, (lines) => lines.field(40, 'long', 16)),
    [
      '    4096  01 02 03 04 05 06 07 08  long',
      '    4104  .. * 24                  left out',
      '    4128  21 22 23 24 25 26 27 28',
    ],
  );
  t.is(linesOf(bytes, (lines) => lines.field(40, 'whole', 40)).length, 5);
});

test('a number is little-endian and may be explained', (t) => {
  const bytes = [1, 2, 3, 4, 0, 0, 0, 0];
  t.deepEqual(
    linesOf(bytes, (lines) => lines.number(4, 'count')),
    ['    4096  01 02 03 04              count 67305985'],
  );
  t.deepEqual(
    linesOf(bytes, (lines) => lines.number(2, 'state', (value) => `${value}: well`)),
    ['    4096  01 02                    state 513: well'],
  );
  t.deepEqual(
    linesOf([...bytes.slice(4), ...bytes], (lines) => lines.number(8, 'u64')),
    ['    4096  00 00 00 00 01 02 03 04  u64 (no safe integer)'],
  );
  t.deepEqual(
    linesOf(bytes, (lines) => lines.checksum('crc')),
    ['    4096  01 02 03 04              crc 0x04030201'],
  );
});

test('a signed number is shown with its sign', (t) => {
  const show = (value: bigint): string => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, value, true);
    return linesOf([...bytes], (lines) => lines.signed('n'))[0]!.slice(35);
  };
  t.is(show(-2n), 'n -2');
  t.is(show(1700000000000n), 'n 1700000000000');
  t.is(show(-(2n ** 53n) + 1n), 'n -9007199254740991');
});

test('a field that is cut off shows what is there and what is not', (t) => {
  t.deepEqual(
    linesOf([1, 2], (lines) => lines.field(5, 'five')),
    ['    4096  01 02                    five (cut off: 2 of 5 bytes)'],
  );
  t.deepEqual(
    linesOf([1, 2], (lines) => lines.number(4, 'number')),
    ['    4096  01 02                    number (cut off: 2 of 4 bytes)'],
  );
  t.deepEqual(
    linesOf([], (lines) => lines.signed('number')),
    ['    4096                           number (cut off: 0 of 8 bytes)'],
  );
});

test('looking ahead reads no byte that is not there', (t) => {
  const lines = new ByteLines(Uint8Array.from([1, 2, 0x41, 0x20]), 0);
  t.is(lines.peek(2), 513);
  t.is(lines.peek(1, 2), 0x41);
  t.is(lines.peek(4, 1), undefined);
  t.is(lines.peek(8), undefined);
  t.is(lines.text(2), '');
  t.is(lines.text(5), '');
  t.is(lines.text(0), '""');
  t.is(lines.at, 0);
});

test('text is shown only if all of it is printable', (t) => {
  const text = (bytes: number[]) => new ByteLines(Uint8Array.from(bytes), 0).text(bytes.length);
  t.is(text([0x61, 0x20, 0x7e]), '"a ~"');
  t.is(text([0x61, 0x7f]), '');
  t.is(text([0x61, 0x0a]), '');
  t.is(text([0xc3, 0xa4]), '');
});
