// CRC-32 at several sizes: as records have it, by the crc-32 package, by zlib.crc32 of newer Node
// versions, and by a plain loop over one table.

import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { recordCrc } from '../../src/codec/crc32.js';
import type { Loop, Primitive } from './primitive.js';

type Checksum = (bytes: Uint8Array) => number;

const SIZES = [32, 160, 1024, 16_384, 102_400] as const;
const requireFromProject = createRequire(new URL('../../../package.json', import.meta.url));

function fromPackage(): Checksum {
  const { buf } = requireFromProject('crc-32') as {
    buf: (bytes: Uint8Array, seed?: number) => number;
  };
  return (bytes) => buf(bytes, 0) >>> 0;
}

function fromZlib(): Checksum {
  const { crc32 } = zlib as { crc32?: (bytes: Uint8Array, seed?: number) => number };
  if (crc32 === undefined) throw new Error('this Node has no zlib.crc32');
  return (bytes) => crc32(bytes, 0);
}

function fromTable(): Checksum {
  const table = new Int32Array(256);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
    table[i] = value;
  }
  return (bytes) => {
    let crc = -1;
    for (let i = 0; i < bytes.length; i++) {
      crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
    }
    return (crc ^ -1) >>> 0;
  };
}

/** Of data in shared memory, after its length, continuing the seed of a segment. */
function recordLoop(size: number): Loop {
  const shared = new SharedArrayBuffer(size + 8);
  const bytes = new Uint8Array(shared);
  const words = new Int32Array(shared, 0, shared.byteLength >>> 2);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31) & 0xff;
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        words[i & 3] = i;
        sum += recordCrc(words, bytes, 0, size, i);
      }
      return sum;
    },
  };
}

function loopOver(checksum: Checksum, size: number): Loop {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31) & 0xff;
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        bytes[i & 15] = i;
        sum += checksum(bytes);
      }
      return sum;
    },
  };
}

function primitivesOf(name: string, make: () => Checksum): Primitive[] {
  return SIZES.map((size) => ({
    name: `crc ${name} ${size} B`,
    prepare: () => loopOver(make(), size),
  }));
}

export const crcPrimitives: readonly Primitive[] = [
  ...SIZES.map((size) => ({ name: `crc of a record ${size} B`, prepare: () => recordLoop(size) })),
  ...primitivesOf('crc-32 package', fromPackage),
  ...primitivesOf('zlib.crc32', fromZlib),
  ...primitivesOf('table loop', fromTable),
];
