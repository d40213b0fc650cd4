// Frames of the value log, written and read back: every value, key, version and expiry; and nothing
// that is damaged, stale or of another place.

import test from 'ava';
import { privateMemory } from '../../src/cache/private-memory.js';
import type { FramePlace } from '../../src/format/value-frame.js';
import { decodeColumns, frameProblem, valueEnd, valuesAt } from '../../src/format/value-frame.js';
import { FrameBuilder } from '../../src/value-log/frame-builder.js';
import { FrameChecksum, ValueFileReader, ValueFileWriter } from '../../src/value-log/value-file.js';
import { MemoryFile } from '../support/memory-file.js';
import { seededRandom } from '../support/random.js';

interface Sample {
  key: string;
  value: Buffer;
  version: number;
  expiry: number;
}

const checksum = new FrameChecksum(new Uint8Array(16).fill(3));
const memory = privateMemory(1 << 21);

function addTo(frame: FrameBuilder, sample: Sample): void {
  const source = privateMemory(1024 + sample.value.length);
  const keyBytes = source.buffer.write(sample.key, 0, 'latin1');
  source.bytes.set(sample.value, 1024);
  const { version, expiry } = sample;
  frame.add({
    memory: source,
    key: 0,
    keyBytes,
    value: 1024,
    valueBytes: sample.value.length,
    version,
    expiry,
  });
}

function samples(random: () => number, count: number, longest: number): Sample[] {
  const expires = random() < 0.5;
  return Array.from({ length: count }, (_, index) => ({
    key: `${'p'.repeat(Math.floor(random() * 300))}${index}`,
    value: Buffer.from(
      Array.from({ length: Math.floor(random() * longest) }, () => Math.floor(random() * 256)),
    ),
    version: random() < 0.1 ? Number.MAX_SAFE_INTEGER : Math.floor(random() * 2 ** 40),
    expiry: expires && random() < 0.5 ? Math.floor(random() * 2 ** 47) : 0,
  }));
}

test('what is put into frames comes back', (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const file = new MemoryFile();
  const writer = new ValueFileWriter(file, 9, checksum);
  const written: { place: FramePlace; samples: Sample[] }[] = [];
  const frame = new FrameBuilder();
  for (let round = 0; round < 200; round++) {
    const some = samples(random, 1 + Math.floor(random() * 128), random() < 0.05 ? 9000 : 90);
    for (const sample of some) addTo(frame, sample);
    const most = frame.bytes;
    const place = writer.append(frame);
    t.true(place.bytes <= most);
    written.push({ place, samples: some });
  }
  writer.flush();
  t.is(file.length, writer.end);
  const reader = new ValueFileReader(file, checksum);
  for (const { place, samples: some } of written) {
    reader.read(place, memory, 16);
    const first = valuesAt(memory.view, 16);
    let start = 0;
    for (const [index, sample] of some.entries()) {
      const end = valueEnd(memory.view, 16, index);
      t.true(memory.buffer.subarray(first + start, first + end).equals(sample.value));
      start = end;
    }
    const records = decodeColumns(memory.bytes, 16)!;
    t.deepEqual(
      records.map(({ key, version, expiry }) => [
        Buffer.from(key).toString('latin1'),
        version,
        expiry,
      ]),
      some.map(({ key, version, expiry }) => [key, version, expiry]),
    );
  }
});

test('a value longer than the buffer is written and read, and its memory given back', (t) => {
  const file = new MemoryFile();
  const writer = new ValueFileWriter(file, 9, checksum);
  const frame = new FrameBuilder();
  const value = Buffer.alloc(1_500_000, 'long ');
  addTo(frame, { key: 'a', value, version: 1, expiry: 0 });
  const place = writer.append(frame);
  addTo(frame, { key: 'b', value: Buffer.from('short'), version: 2, expiry: 0 });
  const other = writer.append(frame);
  writer.sync();
  const reader = new ValueFileReader(file, checksum);
  reader.read(place, memory, 0);
  t.true(memory.buffer.subarray(valuesAt(memory.view, 0), place.bytes).equals(value));
  reader.read(other, memory, 0);
  t.is(memory.buffer.toString('latin1', valuesAt(memory.view, 0), other.bytes), 'short');
});

function oneFrame(): { file: MemoryFile; place: FramePlace; reader: ValueFileReader } {
  const file = new MemoryFile();
  const writer = new ValueFileWriter(file, 9, checksum);
  const frame = new FrameBuilder();
  const random = seededRandom(5);
  for (const sample of samples(random, 20, 50)) addTo(frame, sample);
  const place = writer.append(frame);
  writer.flush();
  return { file, place, reader: new ValueFileReader(file, checksum) };
}

test('every damaged byte of a frame is found, with file and offset', (t) => {
  const { file, place, reader } = oneFrame();
  for (let byte = 0; byte < place.bytes; byte++) {
    file.bytes[4096 + byte]! ^= 1 << (byte % 8);
    t.throws(() => reader.read(place, memory, 0), { code: 'CORRUPT' });
    file.bytes[4096 + byte]! ^= 1 << (byte % 8);
  }
  t.notThrows(() => reader.read(place, memory, 0));
});

test('a frame is taken for no other: file, place, length and checksum count', (t) => {
  const { file, place, reader } = oneFrame();
  t.throws(() => reader.read({ ...place, file: 10 }, memory, 0), { code: 'CORRUPT' });
  t.throws(() => reader.read({ ...place, bytes: place.bytes - 8 }, memory, 0), { code: 'CORRUPT' });
  t.throws(() => reader.read({ ...place, checksum: 1 }, memory, 0), {
    code: 'CORRUPT',
    message: /not the frame that is pointed to/,
  });
  file.write(file.bytes, 4096, place.bytes, 4096 + 65536);
  t.throws(() => reader.read({ ...place, offset: place.offset + 8192 }, memory, 0), {
    code: 'CORRUPT',
  });
  t.throws(() => reader.read({ ...place, offset: place.offset + 1_000_000 }, memory, 0), {
    code: 'CORRUPT',
    message: /the file ends before the frame/,
  });
  const foreign = new ValueFileReader(file, new FrameChecksum(new Uint8Array(16).fill(4)));
  t.throws(() => foreign.read(place, memory, 0), { code: 'CORRUPT' });
});

test('fields of a frame that do not agree are refused, and columns never read beyond it', (t) => {
  const { file, place } = oneFrame();
  let refused = 0;
  for (let byte = 0; byte < place.bytes; byte++) {
    for (let bit = 0; bit < 8; bit++) {
      memory.bytes.fill(0xff, 0, place.bytes + 64);
      memory.bytes.set(file.bytes.subarray(4096, 4096 + place.bytes));
      memory.bytes[byte]! ^= 1 << bit;
      const problem = frameProblem(memory.view, 0, place.bytes);
      if (problem !== undefined) refused++;
      else decodeColumns(memory.bytes, 0);
    }
  }
  t.true(refused > 8 * 20);
});
