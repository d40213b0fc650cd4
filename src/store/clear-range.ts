// Clearing of a range in bounded batches, with a rest for everybody else between two of them.

import { keyBytesOf, keyDistanceOf } from '../format/operation.js';
import { SEQUENCE_NEWEST } from '../memtable/memtable.js';
import type { RangeWalk } from './range.js';
import type { ReadPath } from './read-path.js';
import type { WritePath } from './write-path.js';

const BATCH_OPERATIONS = 1000;
const BATCH_BYTES = 32768;

/** Deletes the keys of a walk, unless they were written since its view. Resolves when durable. */
export async function clearRange<K, V>(
  reads: ReadPath<K, V>,
  writes: WritePath<K, V>,
  walk: RangeWalk<K, V>,
): Promise<void> {
  const { engine } = reads;
  const { words, bytes } = engine.log.memory;
  let location = walk.advance();
  let last: number | undefined;
  while (location !== 0) {
    const sequence = writes.batchLocked((buffer) => {
      while (location !== 0 && buffer.count < BATCH_OPERATIONS && buffer.length < BATCH_BYTES) {
        const word = words[location << 1]!;
        const start = (location << 3) + keyDistanceOf(word);
        const key = bytes.slice(start, start + keyBytesOf(word));
        const isUnchanged = reads.findBytes(key, SEQUENCE_NEWEST) === location;
        if (isUnchanged) buffer.addEncoded(key, undefined);
        location = walk.advance();
      }
    });
    last = sequence ?? last;
    if (location !== 0) await rest();
  }
  if (last !== undefined) await engine.promises.done(last);
}

/** Lets the event loop turn once. */
function rest(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
