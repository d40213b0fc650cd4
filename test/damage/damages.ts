// Random damage to the files of a store: flipped bits, zeros and garbage, cut, lost, exchanged and
// doubled files, superblock slots. Which, and where, follows from the choices.

import type { Choices } from '../support/choices.js';
import type { TestDisk } from '../support/test-disk.js';
import { pathOf, segmentsOn } from './damage-stores.js';

export const DAMAGE_KINDS = [
  'bits',
  'zeros',
  'garbage',
  'cut',
  'lost segment',
  'exchanged segments',
  'doubled segment',
  'overwritten segment',
  'segment header',
  'one slot',
  'both slots',
  'superblock lost or cut',
] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];

const HEADER_BYTES = 4096;
const SLOT_BYTES = 4096;
const RANGES = [1, 8, 40, 64, 512, 4096, 20_000] as const;
const SUPERBLOCK = pathOf('superblock');
const MORE_CHANCE = 0.35;
const FREE_GENERATION = 'wal-l00-0000000099.log';

/** Damages the store on the disk once, or a few times; says how. */
export function damage(disk: TestDisk, choices: Choices): { kinds: DamageKind[]; how: string } {
  const kinds: DamageKind[] = [];
  const how: string[] = [];
  do {
    const kind = choices.pick(DAMAGE_KINDS);
    kinds.push(kind);
    how.push(`${kind}: ${damageOnce(disk, choices, kind)}`);
  } while (choices.chance(MORE_CHANCE));
  return { kinds, how: how.join('; ') };
}

function damageOnce(disk: TestDisk, choices: Choices, kind: DamageKind): string {
  const files = segmentsOn(disk);
  if (files.length === 0) return 'nothing left';
  const file = choices.pick(files);
  switch (kind) {
    case 'bits':
      return flip(disk, choices, file);
    case 'zeros':
    case 'garbage':
      return overwrite(disk, choices, file, kind);
    case 'cut': {
      const bytes = choices.below(disk.sizeRaw(pathOf(file)));
      disk.truncateRaw(pathOf(file), bytes);
      return `${file} to ${bytes}`;
    }
    case 'lost segment':
      disk.removeRaw(pathOf(file));
      return file;
    case 'exchanged segments':
      return exchange(disk, file, choices.pick(files));
    case 'doubled segment':
      disk.writeFileRaw(pathOf(FREE_GENERATION), disk.readFileRaw(pathOf(file)));
      return file;
    case 'overwritten segment': {
      const other = choices.pick(files);
      disk.writeFileRaw(pathOf(other), disk.readFileRaw(pathOf(file)));
      return `${other} by ${file}`;
    }
    case 'segment header':
      return spoil(disk, choices, pathOf(file), 0, HEADER_BYTES);
    case 'one slot':
      return spoil(disk, choices, SUPERBLOCK, choices.below(2) * SLOT_BYTES, SLOT_BYTES);
    case 'both slots': {
      const first = spoil(disk, choices, SUPERBLOCK, 0, SLOT_BYTES);
      return `${first}, ${spoil(disk, choices, SUPERBLOCK, SLOT_BYTES, SLOT_BYTES)}`;
    }
    case 'superblock lost or cut':
      return loseSuperblock(disk, choices);
  }
}

function flip(disk: TestDisk, choices: Choices, file: string): string {
  const used = usedBytes(disk, file);
  const places: number[] = [];
  for (let count = choices.between(1, 6); count > 0 && used > 0; count--) {
    const at = choices.below(used);
    disk.flipBit(pathOf(file), at, choices.below(8));
    places.push(at);
  }
  return `${file} at ${places.join(', ')}`;
}

function overwrite(
  disk: TestDisk,
  choices: Choices,
  file: string,
  kind: 'zeros' | 'garbage',
): string {
  const bytes = disk.readFileRaw(pathOf(file));
  const used = usedBytes(disk, file);
  if (used === 0) return `${file} is empty`;
  const start = choices.below(used);
  const end = Math.min(start + choices.pick(RANGES), bytes.length);
  if (kind === 'zeros') bytes.fill(0, start, end);
  else bytes.set(choices.bytes(end - start), start);
  disk.writeFileRaw(pathOf(file), bytes);
  return `${file} from ${start} to ${end}`;
}

function exchange(disk: TestDisk, one: string, other: string): string {
  const bytes = disk.readFileRaw(pathOf(one));
  disk.writeFileRaw(pathOf(one), disk.readFileRaw(pathOf(other)));
  disk.writeFileRaw(pathOf(other), bytes);
  return `${one} and ${other}`;
}

/** One bit, some bytes or all of an area. */
function spoil(
  disk: TestDisk,
  choices: Choices,
  path: string,
  start: number,
  length: number,
): string {
  if (disk.kind(path) === 'none') return 'nothing left';
  const bytes = disk.readFileRaw(path);
  const end = Math.min(start + length, bytes.length);
  if (start >= end) return 'nothing left';
  const way = choices.pick(['bit', 'zeros', 'garbage'] as const);
  if (way === 'bit') bytes[start + choices.below(Math.min(128, end - start))]! ^= 1;
  else if (way === 'zeros') bytes.fill(0, start, end);
  else bytes.set(choices.bytes(end - start), start);
  disk.writeFileRaw(path, bytes);
  return `${way} in ${path} at ${start}`;
}

function loseSuperblock(disk: TestDisk, choices: Choices): string {
  if (disk.kind(SUPERBLOCK) === 'none') return 'nothing left';
  const bytes = choices.pick([undefined, 0, 100, SLOT_BYTES, 5000] as const);
  if (bytes === undefined) disk.removeRaw(SUPERBLOCK);
  else disk.truncateRaw(SUPERBLOCK, bytes);
  return `${bytes ?? 'no'} bytes`;
}

/** Bytes of a segment up to its last one that is not zero. */
function usedBytes(disk: TestDisk, file: string): number {
  const bytes = disk.readFileRaw(pathOf(file));
  let used = bytes.length;
  while (used > 0 && bytes[used - 1] === 0) used--;
  return used;
}
