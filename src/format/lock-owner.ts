// The owner block of a store's LOCK file and of the claims to it. docs/format.md, "LOCK".
// Text, so that a person can read it, in one form only: a block that differs in any bit from what
// encoding its own fields gives is no block. The checksum function (CRC-32, IEEE) is passed in.
import { invariant } from '../invariant.js';

export const LOCK_OWNER_BYTES = 512;
export const LOCK_OWNER_VERSION = 1;

export type LockState = 'held' | 'released';

export interface LockOwner {
  pid: number;
  /** Decimal digits, or empty if unknown. */
  startTime: string;
  /** Letters, digits and dashes, or empty if unknown. */
  bootId: string;
  /** When the lock was taken: ISO 8601, UTC, milliseconds. */
  since: string;
  /** 16 hexadecimal digits, new for every acquisition. */
  nonce: string;
  state: LockState;
}

const UNKNOWN = 'unknown';
const LINE_FEED = 10;
const SPACE = 32;

const VERSION_LINE = /^lanedb lock ([1-9][0-9]{0,8})\n/;
const BLOCK = new RegExp(
  '^lanedb lock [0-9]+\\n' +
    'pid ([1-9][0-9]{0,9})\\n' +
    'start ([0-9]{1,20}|unknown)\\n' +
    'boot ([0-9A-Za-z-]{1,64})\\n' +
    'since ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z)\\n' +
    'nonce ([0-9a-f]{16})\\n' +
    'state (held|released)\\n' +
    'crc [0-9a-f]{8}\\n',
);

export function encodeLockOwner(
  owner: LockOwner,
  crc32: (bytes: Uint8Array) => number,
): Uint8Array {
  const lines =
    `lanedb lock ${LOCK_OWNER_VERSION}\n` +
    `pid ${owner.pid}\n` +
    `start ${owner.startTime === '' ? UNKNOWN : owner.startTime}\n` +
    `boot ${owner.bootId === '' ? UNKNOWN : owner.bootId}\n` +
    `since ${owner.since}\n` +
    `nonce ${owner.nonce}\n` +
    `state ${owner.state}\n`;
  const block = new Uint8Array(LOCK_OWNER_BYTES).fill(SPACE);
  const linesEnd = writeAscii(block, 0, lines);
  const crc = crc32(block.subarray(0, linesEnd)) >>> 0;
  writeAscii(block, linesEnd, `crc ${crc.toString(16).padStart(8, '0')}\n`);
  block[LOCK_OWNER_BYTES - 1] = LINE_FEED;
  // A block nobody can read would look like that of an owner that died while writing it.
  invariant(BLOCK.test(readAscii(block)), 'the fields of a lock owner have their form');
  return block;
}

/** The owner, or undefined if the bytes are not exactly one valid block of this version. */
export function decodeLockOwner(
  block: Uint8Array,
  crc32: (bytes: Uint8Array) => number,
): LockOwner | undefined {
  if (block.byteLength !== LOCK_OWNER_BYTES) return undefined;
  const match = BLOCK.exec(readAscii(block));
  if (match === null) return undefined;
  const [, pid = '', start = '', boot = '', since = '', nonce = '', state = ''] = match;
  const owner: LockOwner = {
    pid: Number(pid),
    startTime: start === UNKNOWN ? '' : start,
    bootId: boot === UNKNOWN ? '' : boot,
    since,
    nonce,
    state: state === 'held' ? 'held' : 'released',
  };
  // Covers the checksum, the version and the padding at once.
  const expected = encodeLockOwner(owner, crc32);
  return expected.every((byte, index) => byte === block[index]) ? owner : undefined;
}

/** The version a block claims, checked or not; undefined if it does not begin like a block. */
export function lockOwnerVersion(block: Uint8Array): number | undefined {
  const match = VERSION_LINE.exec(readAscii(block));
  return match === null ? undefined : Number(match[1]);
}

function writeAscii(target: Uint8Array, start: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[start + i] = text.charCodeAt(i);
  return start + text.length;
}

function readAscii(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
