// Reads a file as far as the disk gives it: blocks that it refuses are zeros, and are named. Any
// other failure is thrown.

import { LaneError } from '../errors.js';
import type { ReadableFile } from '../io/file-system.js';
import { errnoCode } from '../io/system-error.js';
import type { ByteRange } from '../wal/record-scan.js';

const BLOCK_BYTES = 4096;

export interface ReadBytes {
  /** Bytes there are, `bytesMax` at most. */
  length: number;
  /** What could not be read. */
  refused: ByteRange[];
}

/** Fills `target` from its start with the first bytes of a file, at most `length`. */
export function readBytes(file: ReadableFile, target: Uint8Array, length: number): ReadBytes {
  const refused: ByteRange[] = [];
  const whole = attempt(file, target, 0, length);
  if (whole >= 0) return { length: whole, refused };
  let end = 0;
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    const bytes = Math.min(BLOCK_BYTES, length - at);
    const read = attempt(file, target, at, bytes);
    if (read < 0) refuse(refused, target, { offset: at, bytes });
    end = at + (read < 0 ? bytes : read);
    if (read >= 0 && read < bytes) break;
  }
  return { length: end, refused };
}

/** Bytes read, or -1 if the disk refuses. */
function attempt(file: ReadableFile, target: Uint8Array, at: number, bytes: number): number {
  try {
    return file.read(target, at, bytes, at);
  } catch (error) {
    if (error instanceof LaneError && errnoCode(error) === 'EIO') return -1;
    throw error;
  }
}

function refuse(refused: ByteRange[], target: Uint8Array, block: ByteRange): void {
  target.fill(0, block.offset, block.offset + block.bytes);
  const last = refused.at(-1);
  if (last !== undefined && last.offset + last.bytes === block.offset) last.bytes += block.bytes;
  else refused.push(block);
}
