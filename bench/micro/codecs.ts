// Encoding and decoding of keys and values, each codec through call sites that have seen the
// others.

import type { KeyCodec, KeyEncoding } from '../../src/keys/key.js';
import { keyCodec } from '../../src/keys/key-codec.js';
import type { ValueCodec, ValueEncodingName } from '../../src/values/value.js';
import { valueCodec } from '../../src/values/value-codec.js';
import { makeRandom, textValue } from '../data.js';
import { openOtherStores } from './other-stores.js';
import type { Loop, Primitive } from './primitive.js';

const SAMPLES = 256;
const SPACING = 1024;
/** Where a key begins in its record; a value begins behind one of 17 bytes. */
const KEY_OFFSET = 16;
const VALUE_OFFSET = 33;
const WARM_UP_CALLS = 20_000;

interface Memory {
  bytes: Uint8Array;
  words: Int32Array;
  buffer: Buffer;
}

/** Shared memory, as a record stands in. */
function makeMemory(): Memory {
  const shared = new SharedArrayBuffer((SAMPLES + 2) * SPACING);
  const [bytes, words] = [new Uint8Array(shared), new Int32Array(shared)];
  return { bytes, words, buffer: Buffer.from(shared) };
}

/** A codec and what it is measured with. */
interface Subject {
  encode(memory: Memory, index: number): number;
  decode(memory: Memory, index: number): unknown;
}

class KeySubject implements Subject {
  readonly #codec: KeyCodec<unknown>;
  readonly #keys: readonly unknown[];
  readonly #lengths = new Int32Array(SAMPLES);

  constructor(encoding: KeyEncoding, keys: readonly unknown[]) {
    this.#codec = keyCodec(encoding) as KeyCodec<unknown>;
    this.#keys = keys;
  }

  encode(memory: Memory, index: number): number {
    const length = this.#codec.encode(this.#keys[index], memory, index * SPACING + KEY_OFFSET);
    this.#lengths[index] = length;
    return length;
  }

  decode(memory: Memory, index: number): unknown {
    const start = index * SPACING + KEY_OFFSET;
    return this.#codec.decode(memory, start, start + this.#lengths[index]!);
  }
}

class ValueSubject implements Subject {
  readonly #codec: ValueCodec<unknown>;
  readonly #values: readonly unknown[];
  readonly #lengths = new Int32Array(SAMPLES);

  constructor(encoding: ValueEncodingName, values: readonly unknown[]) {
    this.#codec = valueCodec(encoding) as ValueCodec<unknown>;
    this.#values = values;
  }

  /** As put() does it: straight into the record where the codec can, else by way of its buffer. */
  encode(memory: Memory, index: number): number {
    const codec = this.#codec;
    const start = index * SPACING + VALUE_OFFSET;
    let length = codec.writeInto(this.#values[index], memory, start, start + SPACING / 2);
    if (length < 0) {
      codec.encode(this.#values[index]);
      length = codec.encodedEnd - codec.encodedStart;
      memory.bytes.set(codec.encoded.subarray(codec.encodedStart, codec.encodedEnd), start);
    }
    this.#lengths[index] = length;
    return length;
  }

  decode(memory: Memory, index: number): unknown {
    const start = index * SPACING + VALUE_OFFSET;
    return this.#codec.decode(memory, start, start + this.#lengths[index]!);
  }
}

function samples<T>(make: (index: number) => T): T[] {
  return Array.from({ length: SAMPLES }, (_, index) => make(index));
}

const user = (index: number): string => {
  return Buffer.from(`user:${String(index * 7919).padStart(11, '0')}`).toString('latin1');
};

function makeSubjects(): Map<string, Subject> {
  const random = makeRandom(1);
  const record = (index: number) => ({
    id: index,
    name: user(index),
    score: index / 3,
    tags: ['a'],
  });
  return new Map<string, Subject>([
    ['key ordered, string of 16', new KeySubject('ordered', samples(user))],
    [
      'key ordered, number',
      new KeySubject(
        'ordered',
        samples((index) => index * 1.5),
      ),
    ],
    [
      'key ordered, [string, number]',
      new KeySubject(
        'ordered',
        samples((index) => [user(index), index]),
      ),
    ],
    ['key utf8, string of 16', new KeySubject('utf8', samples(user))],
    [
      'key binary, 16 B',
      new KeySubject(
        'binary',
        samples((index) => Buffer.from(user(index))),
      ),
    ],
    [
      'value binary, 128 B',
      new ValueSubject(
        'binary',
        samples(() => textValue(128, random)),
      ),
    ],
    [
      'value utf8, 128 characters',
      new ValueSubject(
        'utf8',
        samples(() => Buffer.from(textValue(128, random)).toString('latin1')),
      ),
    ],
    ['value json, 4 fields', new ValueSubject('json', samples(record))],
    ['value msgpack, 4 fields', new ValueSubject('msgpack', samples(record))],
  ]);
}

const CALLS: Record<string, (subject: Subject, memory: Memory, index: number) => number> = {
  encode: (subject, memory, index) => subject.encode(memory, index),
  decode: (subject, memory, index) => (subject.decode(memory, index) === undefined ? 0 : 1),
};

async function prepare(directory: string, name: string, call: string): Promise<Loop> {
  const closeOthers = await openOtherStores(directory);
  const memory = makeMemory();
  const subjects = makeSubjects();
  for (const subject of subjects.values()) {
    for (let i = 0; i < WARM_UP_CALLS / subjects.size; i++) {
      subject.encode(memory, i % SAMPLES);
      subject.decode(memory, i % SAMPLES);
    }
  }
  const subject = subjects.get(name)!;
  for (let index = 0; index < SAMPLES; index++) subject.encode(memory, index);
  const measured = CALLS[call]!;
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) sum += measured(subject, memory, i % SAMPLES);
      return sum;
    },
    close: closeOthers,
  };
}

export const codecPrimitives: readonly Primitive[] = [...makeSubjects().keys()].flatMap((name) =>
  Object.keys(CALLS).map((call) => ({
    name: `${name}: ${call}`,
    prepare: (directory: string) => prepare(directory, name, call),
  })),
);
