// Power cuts of the test disk: decides by a seed, or as a policy says, which of the pending changes
// of names, sectors and lengths the disk has taken. Every choice made here is one the model allows.

import type { MaybeSector } from './test-disk-image.js';
import { type Image, makeSector, mixSectors, SECTOR_BYTES } from './test-disk-image.js';
import type { PendingSector } from './test-disk-inode.js';
import { FileInode } from './test-disk-inode.js';
import type { TestDiskRandom } from './test-disk-random.js';
import type { DirectoryTree, EntryChange } from './test-disk-tree.js';

/** For one file: which of its changed sectors are on the disk, in their newest content. */
export interface SectorPolicy {
  readonly path: string;
  readonly keep: (sector: number) => boolean;
  /** What happens to names and to other files; `keep-all` unless told. */
  readonly others?: 'lose-all-unsynced' | 'keep-all';
}

export type CutPolicy = 'random' | 'lose-all-unsynced' | 'keep-all' | SectorPolicy;

/** How likely a pending change is to be on the disk; one such number is drawn for each file. */
const MOODS = [0, 0.1, 0.5, 0.5, 0.9, 1];
const WORD_MIX_CHANCE = 0.25;
const GARBAGE_CHANCE = 0.25;

/** The tree after a power cut, with nothing pending. */
export function cutTree(
  tree: DirectoryTree,
  policy: CutPolicy,
  random: TestDiskRandom,
): DirectoryTree {
  const others = typeof policy === 'string' ? policy : (policy.others ?? 'keep-all');
  const special = typeof policy === 'string' ? undefined : tree.lookUp(policy.path);
  return tree.afterCut(chooseNames(tree.pending, others, random), (file) => {
    file.sampleMapping();
    const image = file.durable.fork();
    if (typeof policy !== 'string' && file === special) keepSectors(file, image, policy.keep);
    else if (others === 'keep-all') keepSectors(file, image, () => true);
    else if (others === 'random') cutFile(file, image, random);
    image.clearPastLength();
    const after = new FileInode();
    after.replace(image);
    return after;
  });
}

function chooseNames(
  pending: readonly EntryChange[],
  policy: 'random' | 'lose-all-unsynced' | 'keep-all',
  random: TestDiskRandom,
): readonly EntryChange[] {
  if (policy === 'keep-all') return pending;
  if (policy === 'lose-all-unsynced' || pending.length === 0) return [];
  if (random.chance(0.3)) return pending.slice(0, random.below(pending.length + 1));
  const mood = MOODS[random.below(MOODS.length)]!;
  return pending.filter(() => random.chance(mood));
}

function keepSectors(file: FileInode, image: Image, keep: (sector: number) => boolean): void {
  for (const [index, { versions }] of file.pending) {
    if (keep(index)) image.setSector(index, versions.at(-1)!.sector);
  }
  image.setLength(file.lengths.at(-1)?.length ?? image.length);
}

function cutFile(file: FileInode, image: Image, random: TestDiskRandom): void {
  if (file.pending.size === 0 && file.lengths.length === 0) return;
  const mood = MOODS[random.below(MOODS.length)]!;
  const firstUnreserved = Math.max(image.length, file.allocated);
  for (const [index, pending] of file.pending) {
    if (random.chance(mood)) {
      image.setSector(index, chooseVersion(image.sector(index), pending, random));
    } else if (index * SECTOR_BYTES >= firstUnreserved && random.chance(GARBAGE_CHANCE)) {
      image.setSector(index, garbage(random));
    }
  }
  if (file.lengths.length > 0 && random.chance(Math.max(mood, 0.5))) {
    const newest = random.chance(0.7);
    const index = newest ? file.lengths.length - 1 : random.below(file.lengths.length);
    image.setLength(file.lengths[index]!.length);
  }
}

function chooseVersion(
  durable: MaybeSector,
  pending: PendingSector,
  random: TestDiskRandom,
): MaybeSector {
  const versions = pending.versions;
  const newest = random.chance(0.6);
  const index = newest ? versions.length - 1 : random.below(versions.length);
  const chosen = versions[index]!;
  if (!chosen.mapped || !random.chance(WORD_MIX_CHANCE)) return chosen.sector;
  const older = index === 0 ? durable : versions[index - 1]!.sector;
  if (random.chance(0.5)) {
    const boundary = random.below(SECTOR_BYTES / 4 + 1);
    return mixSectors(older, chosen.sector, (word) => word < boundary);
  }
  return mixSectors(older, chosen.sector, () => random.chance(0.5));
}

function garbage(random: TestDiskRandom): MaybeSector {
  const bytes = new Uint8Array(SECTOR_BYTES);
  for (let index = 0; index < bytes.length; index++) bytes[index] = random.next();
  return makeSector(bytes, 0);
}
