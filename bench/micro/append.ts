// Appending to the log: lock, sequence, record, checksum and the copy into the mapped segment, with
// the copy of the payload into the record; nothing is indexed and nothing synced.

import { KIND_PUT, kindWord, OPERATION_HEADER_BYTES } from '../../src/format/operation.js';
import { openOtherStores } from './other-stores.js';
import type { Loop, Primitive } from './primitive.js';
import { ScratchLog } from './scratch-log.js';

const TARGET_NS = 200;
const PAYLOADS = 64;

type Io = 'mapped' | 'buffered';

async function prepare(directory: string, payloadBytes: number, io: Io): Promise<Loop> {
  const closeOthers = await openOtherStores(directory);
  const log = new ScratchLog(directory, io === 'mapped');
  const { bytes, words } = log.memory;
  const payloads = Array.from({ length: PAYLOADS }, (_, i) => new Uint8Array(payloadBytes).fill(i));
  const dataBytes = OPERATION_HEADER_BYTES + payloadBytes;
  const head = kindWord(KIND_PUT, 0, 0);
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) {
        const writer = log.writerFor(dataBytes);
        const data = writer.dataStart;
        words[data >>> 2] = head;
        words[(data >>> 2) + 1] = payloadBytes;
        bytes.set(payloads[i % PAYLOADS]!, data + OPERATION_HEADER_BYTES);
        sum += writer.append(dataBytes, false);
      }
      return sum;
    },
    async close() {
      log.close();
      await closeOthers();
    },
  };
}

function append(payloadBytes: number, io: Io): Primitive {
  return {
    name: `append ${payloadBytes} B, ${io}`,
    prepare: (directory) => prepare(directory, payloadBytes, io),
  };
}

export const appendPrimitives: readonly Primitive[] = [
  { ...append(32, 'mapped'), target: TARGET_NS },
  append(32, 'buffered'),
  append(128, 'mapped'),
  append(128, 'buffered'),
];
