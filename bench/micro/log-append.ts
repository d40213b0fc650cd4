// Appending 32 bytes to a log of lanedb/wal, by its public call, rotations counted in, beside what
// the machine allows at all: the same bytes stored into a mapped file, with nothing around them.

import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { openLog } from '../../src/wal-api.js';
import type { Loop, Primitive } from './primitive.js';

const PAYLOADS = 64;
const MAPPED_BYTES = 16 * 1024 * 1024;

type Io = 'mapped' | 'buffered';

async function logLoop(directory: string, payloadBytes: number, io: Io): Promise<Loop> {
  const log = await openLog(`${directory}/log`, { io });
  const payloads = Array.from({ length: PAYLOADS }, (_, i) => new Uint8Array(payloadBytes).fill(i));
  return {
    run(iterations) {
      let sum = 0;
      for (let i = 0; i < iterations; i++) sum += log.append(payloads[i % PAYLOADS]!);
      return sum;
    },
    async rest() {
      await log.sync();
      log.retire(log.syncedPosition);
    },
    close: () => log.close(),
  };
}

function mappedLoop(directory: string, payloadBytes: number): Loop {
  const fileSystem = new NodeFileSystem({ native: true });
  if (!fileSystem.canMap(directory)) throw new Error('no mapping here');
  const file = fileSystem.create(`${directory}/mapped`);
  file.allocate(MAPPED_BYTES);
  const region = fileSystem.mapRegion(file, MAPPED_BYTES);
  const payloads = Array.from({ length: PAYLOADS }, (_, i) =>
    new Int32Array(payloadBytes / 4).fill(i),
  );
  let at = 0;
  return {
    run(iterations) {
      const { words } = region;
      for (let i = 0; i < iterations; i++) {
        const payload = payloads[i % PAYLOADS]!;
        if (at + payload.length > words.length) at = 0;
        for (let word = 0; word < payload.length; word++) words[at++] = payload[word]!;
      }
      return at;
    },
    rest() {
      file.sync();
    },
    close() {
      fileSystem.unmapRegion(region);
      file.close();
    },
  };
}

function append(payloadBytes: number, io: Io): Primitive {
  return {
    name: `log append ${payloadBytes} B, ${io}`,
    prepare: (directory) => logLoop(directory, payloadBytes, io),
  };
}

export const logAppendPrimitives: readonly Primitive[] = [
  append(32, 'mapped'),
  append(32, 'buffered'),
  append(256, 'mapped'),
  append(256, 'buffered'),
  {
    name: 'bare store of 32 B into a mapped file',
    prepare: (directory) => mappedLoop(directory, 32),
  },
];

/**
 * What the systems say of themselves that lanedb/wal is modelled on; other machines, so no ratio.
 */
export const PUBLISHED: readonly string[] = [
  'Signet Forge 0.1 WalMmapWriter append 32 B: 223 ns (macOS, x86-64), 319 ns (Linux, CI runner)',
  'Signet Forge 0.1 WalMmapWriter append 256 B: 220 ns (macOS, x86-64), 959 ns (Linux, CI runner)',
  'LaminarDB 0.18 CoreWalWriter append, no sync: 541 ns; 64 B 1,280 ns (Windows, Ryzen AI 7 350)',
];
