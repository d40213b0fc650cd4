// Entries of the tree as operations of a run: the key put together, the value fetched from where it
// stands.

import type { PoolMemory } from '../control/pool.js';
import {
  BODY_RECORD,
  BODY_SEQUENCE,
  bodyAt,
  countOf,
  entryAt,
  eraOf,
  frameAt,
  hasFrame,
  leafBodyBytes,
  valueBytesOf,
} from '../format/tree-page.js';
import { frameRecordsOf, valueEnd, valuesAt } from '../format/value-frame.js';
import { copyKey, keyBytesAt } from '../tree/page-search.js';
import type { FrameCache } from '../value-log/frame-cache.js';
import type { EntryRun } from './entry-run.js';

/** Where a value stands: bytes [start, end) of `memory`, until the next look. */
export class TreeValues {
  memory: PoolMemory;
  start = 0;
  end = 0;
  readonly #frames: FrameCache;

  constructor(frames: FrameCache) {
    this.#frames = frames;
    this.memory = frames.memory;
  }

  /**
   * Finds the value of the entry at byte `entry` of the leaf at byte `at` of `leaf`. Throws CORRUPT
   * with file and offset, IO_ERROR.
   */
  find(leaf: PoolMemory, at: number, entry: number): void {
    const { view } = leaf;
    const body = bodyAt(view, entry);
    const valueBytes = valueBytesOf(view, body);
    if (!hasFrame(view, body)) {
      this.memory = leaf;
      this.end = body + leafBodyBytes(view, body);
      this.start = this.end - valueBytes;
      return;
    }
    const frame = frameAt(view, at, body);
    const file = view.getUint32(frame, true);
    const offset = view.getUint32(frame + 4, true);
    const bytes = view.getUint32(frame + 8, true);
    const checksum = view.getInt32(frame + 12, true);
    const loaded = this.#frames.load(file, offset, bytes, checksum);
    this.memory = this.#frames.memory;
    const record = view.getUint8(body + BODY_RECORD);
    this.#locate(loaded, record);
    if (
      record < frameRecordsOf(this.memory.bytes, loaded) &&
      this.end - this.start === valueBytes
    ) {
      return;
    }
    const reason = `record ${record} is not the value of ${valueBytes} bytes that is pointed to`;
    throw this.#frames.corrupt({ file, offset, bytes, checksum }, reason);
  }

  /** Finds a record in the frame at byte `at`. */
  #locate(at: number, record: number): void {
    const { view } = this.memory;
    const first = valuesAt(view, at);
    this.start = first + (record === 0 ? 0 : valueEnd(view, at, record - 1));
    this.end = first + valueEnd(view, at, record);
  }
}

/** Copies the entry at `index` of a leaf at byte 0 of its memory into a run. */
export function addTreeEntry(
  run: EntryRun,
  leaf: PoolMemory,
  index: number,
  values: TreeValues | undefined,
): void {
  const { view } = leaf;
  const entry = entryAt(view, 0, countOf(view, 0), index);
  const body = bodyAt(view, entry);
  const keyBytes = keyBytesAt(leaf, 0, index);
  let valueBytes = 0;
  if (values !== undefined) {
    values.find(leaf, 0, entry);
    valueBytes = values.end - values.start;
  }
  const sequence = view.getInt32(body + BODY_SEQUENCE, true);
  const key = run.add({ keyBytes, valueBytes, sequence, era: eraOf(view, body) });
  copyKey(leaf, 0, index, run.memory, key);
  if (values === undefined) return;
  const source = values.memory.bytes.subarray(values.start, values.end);
  run.memory.bytes.set(source, key + keyBytes);
}
