// Lines out of pieces of bytes, wherever the pieces end.

import test from 'ava';
import fc from 'fast-check';

import { BadLineError } from '../../src/cli/exit-codes.js';
import { LineSplitter } from '../../src/cli/line-splitter.js';
import { checkProperty } from '../support/property.js';

function split(pieces: Uint8Array[], bytesMax?: number): string[] {
  const splitter = new LineSplitter(bytesMax);
  const lines: string[] = [];
  for (const piece of pieces) {
    for (const line of splitter.push(piece)) lines.push(Buffer.from(line).toString());
  }
  const last = splitter.end();
  if (last !== undefined) lines.push(Buffer.from(last).toString());
  if (splitter.lines !== lines.length) throw new Error(`${splitter.lines} lines were counted`);
  return lines;
}

test('lines end with line feeds, the last one with the input', (t) => {
  t.deepEqual(split([]), []);
  t.deepEqual(split([Buffer.from('')]), []);
  t.deepEqual(split([Buffer.from('\n')]), ['']);
  t.deepEqual(split([Buffer.from('a\n\nb')]), ['a', '', 'b']);
  t.deepEqual(split([Buffer.from('a\r\nb\n')]), ['a\r', 'b']);
});

test('however a text is cut into pieces, its lines are the same', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', '\n', '\u20ac', '"'), maxLength: 60 });
  const property = fc.property(text, fc.array(fc.nat(80)), (whole, cuts) => {
    const bytes = Buffer.from(whole);
    const ends = [...cuts, bytes.length].map((cut) => Math.min(cut, bytes.length));
    const pieces: Uint8Array[] = [];
    let start = 0;
    for (const end of ends.sort((a, b) => a - b)) {
      pieces.push(bytes.subarray(start, end));
      start = end;
    }
    const lines = whole.split('\n');
    if (lines.at(-1) === '') lines.pop();
    t.deepEqual(split(pieces), lines);
  });
  checkProperty(t, property, 500);
});

test('a line may be as long as the limit, and one byte more is refused by its number', (t) => {
  const pieces = (length: number) => [
    Buffer.from('first\n'),
    Buffer.from('x'.repeat(length - 3)),
    Buffer.from('xxx'),
    Buffer.from('\nlast'),
  ];
  t.deepEqual(split(pieces(10), 10), ['first', 'x'.repeat(10), 'last']);
  t.throws(() => split(pieces(11), 10), {
    instanceOf: BadLineError,
    message: 'line 2 is longer than the limit of 10 bytes',
  });
});

test('an endless line is refused before it is all there', (t) => {
  const splitter = new LineSplitter(1000);
  let pushed = 0;
  t.throws(() => {
    for (; pushed < 100; pushed++) Array.from(splitter.push(new Uint8Array(400).fill(97)));
  });
  t.is(pushed, 2);
});
