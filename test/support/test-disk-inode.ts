// One file of the test disk: what processes see (current), what is on the disk (durable), and for
// every sector in between all contents it had since it was last known to be on the disk. A power cut
// may leave any of those, sector by sector. Does no bookkeeping of names: see test-disk-tree.ts.

import type { MaybeSector } from './test-disk-image.js';
import { copySector, Image, makeSector, overlaySector, SECTOR_BYTES } from './test-disk-image.js';
import type { TestDiskRandom } from './test-disk-random.js';

/** Contents remembered for one sector; the oldest and the newest are always among them. */
const VERSIONS_MAX = 8;
const LENGTHS_MAX = 16;
/** A mapping is searched for changes in blocks of so many sectors. */
const BLOCK_SECTORS = 16;
/** Sectors of one mapping looked at when the disk takes some by itself. */
const WINDOW_SECTORS = 256;
const NOTHING = new Uint8Array(SECTOR_BYTES);

export interface SectorVersion {
  readonly sector: MaybeSector;
  readonly sequence: number;
  /** Stored through a mapping: the disk may have taken it between two stores. */
  readonly mapped: boolean;
}

export interface PendingSector {
  versions: SectorVersion[];
  /** False after a failed sync: no later sync will write it. */
  dirty: boolean;
}

interface LengthVersion {
  readonly length: number;
  readonly sequence: number;
}

/** What a sync that begins now promises to make durable. */
export interface SyncCapture {
  readonly sequence: number;
  readonly sectors: [number, SectorVersion][];
  readonly length: number;
}

/**
 * What a failed sync leaves. lost: nothing of it on the disk, and never tried again; partial: some
 * sectors on the disk, the others lost; appears-later: any of it may be on the disk all the same.
 */
export type FailedSync = 'lost' | 'partial' | 'appears-later';

export class FileInode {
  readonly kind = 'file';
  current = new Image();
  durable = new Image();
  readonly pending = new Map<number, PendingSector>();
  /** Lengths since the last sync, oldest first; any of them may be found after a cut. */
  lengths: LengthVersion[] = [];
  /** Up to here the blocks are reserved and read as zeros when nothing else reached them. */
  allocated = 0;
  /** Failed syncs so far; an open file reports those it has not reported, once. */
  failedSyncs = 0;
  /** Memory of the mapping, a multiple of the sector size, and what was last seen there. */
  #mapped: Buffer | undefined;
  #seen: Buffer = Buffer.alloc(0);
  #sequence = 0;
  #syncedSequence = 0;

  write(source: Uint8Array, start: number, bytes: number, position: number): void {
    let done = 0;
    while (done < bytes) {
      const index = Math.floor((position + done) / SECTOR_BYTES);
      const within = (position + done) % SECTOR_BYTES;
      const part = Math.min(SECTOR_BYTES - within, bytes - done);
      if (this.#mappingDiffers(index, index + 1)) this.#takeFromMapping(index);
      const range = { start: start + done, bytes: part, within };
      const sector = overlaySector(this.current.sector(index), source, range);
      this.#change(index, sector, false);
      this.#copyToMapping(index);
      done += part;
    }
    if (bytes > 0) this.#grow(position + bytes);
  }

  allocate(bytes: number): void {
    this.allocated = Math.max(this.allocated, bytes);
    this.#grow(bytes);
  }

  /** What lies behind is zeros if the file grows again; a cut may leave any of it. */
  truncate(bytes: number): void {
    const before = this.current.length;
    if (bytes >= before) return;
    this.#clear(bytes, before);
    this.allocated = Math.min(this.allocated, bytes);
    this.#setLength(bytes);
  }

  read(target: Uint8Array, start: number, bytes: number, position: number): number {
    const readable = Math.max(0, Math.min(bytes, this.current.length - position));
    this.sampleMapping();
    this.current.read(target, start, readable, position);
    return readable;
  }

  get isMapped(): boolean {
    return this.#mapped !== undefined;
  }

  /** From now on the content is also that memory, a multiple of the sector size. */
  map(memory: Buffer): void {
    this.#mapped = memory;
    this.#seen = Buffer.alloc(memory.length);
    this.#copyAllToMapping();
  }

  unmap(): void {
    this.sampleMapping();
    this.#mapped = undefined;
    this.#seen = Buffer.alloc(0);
  }

  /** Takes over what was stored through the mapping: all changed sectors, or some at random. */
  sampleMapping(random?: TestDiskRandom): void {
    if (this.#mapped === undefined) return;
    const sectors = this.#mappedSectors();
    let first = 0;
    let end = sectors;
    if (random !== undefined && sectors > WINDOW_SECTORS) {
      first = random.below(sectors - WINDOW_SECTORS + 1);
      end = first + WINDOW_SECTORS;
    }
    for (let block = first; block < end; block += BLOCK_SECTORS) {
      const blockEnd = Math.min(end, block + BLOCK_SECTORS);
      if (!this.#mappingDiffers(block, blockEnd)) continue;
      for (let index = block; index < blockEnd; index++) {
        if (!this.#mappingDiffers(index, index + 1)) continue;
        if (random === undefined || random.chance(0.5)) this.#takeFromMapping(index);
      }
    }
  }

  /** A sync begins: everything written or stored so far. */
  capture(): SyncCapture {
    this.sampleMapping();
    const sectors: [number, SectorVersion][] = [];
    for (const [index, pending] of this.pending) {
      if (pending.dirty) sectors.push([index, pending.versions.at(-1)!]);
    }
    return { sequence: this.#sequence, sectors, length: this.current.length };
  }

  /** A sync ends well: what it captured is on the disk, and nothing written since. */
  complete(capture: SyncCapture): void {
    if (capture.sequence < this.#syncedSequence) return;
    this.#syncedSequence = capture.sequence;
    for (const [index, version] of capture.sectors) this.#persist(index, version);
    this.durable.setLength(capture.length);
    this.durable.clearPastLength();
    this.lengths = this.lengths.filter((entry) => entry.sequence > capture.sequence);
  }

  /** A sync ends with an error: everything is marked as written although it is not. */
  fail(capture: SyncCapture, result: FailedSync, random: TestDiskRandom): void {
    this.failedSyncs++;
    if (capture.sequence < this.#syncedSequence) return;
    this.#syncedSequence = capture.sequence;
    for (const [index, version] of capture.sectors) {
      const pending = this.pending.get(index);
      if (pending === undefined) continue;
      if (result === 'partial' && random.chance(0.5)) this.#persist(index, version);
      else if (result === 'appears-later') pending.dirty = pending.versions.at(-1) !== version;
      else this.#forget(index, version);
    }
  }

  /** Takes clean sectors from the disk again, as when the system drops its caches. */
  dropCaches(): void {
    this.sampleMapping();
    const clean = this.durable.fork();
    clean.setLength(this.current.length);
    for (const [index, pending] of this.pending) {
      if (pending.dirty) clean.setSector(index, this.current.sector(index));
    }
    clean.clearPastLength();
    this.current = clean;
    this.#copyAllToMapping();
  }

  /** Puts content on the disk and into the cache at once, with nothing pending. */
  replace(image: Image): void {
    this.current = image;
    this.durable = image.fork();
    this.pending.clear();
    this.lengths = [];
    this.allocated = image.length;
  }

  /** The same file with its pending changes, without the mapping. */
  copy(): FileInode {
    this.sampleMapping();
    const copy = new FileInode();
    copy.current = this.current.fork();
    copy.durable = this.durable.fork();
    for (const [index, { versions, dirty }] of this.pending) {
      copy.pending.set(index, { versions: versions.slice(), dirty });
    }
    copy.lengths = this.lengths.slice();
    copy.allocated = this.allocated;
    copy.failedSyncs = this.failedSyncs;
    copy.#sequence = this.#sequence;
    copy.#syncedSequence = this.#syncedSequence;
    return copy;
  }

  /** Bytes from `from` on, up to the end of the file at `end`, become zeros. */
  #clear(from: number, end: number): void {
    for (let index = Math.floor(from / SECTOR_BYTES); index * SECTOR_BYTES < end; index++) {
      const sector = this.current.sector(index);
      if (sector === undefined) continue;
      const within = Math.max(0, from - index * SECTOR_BYTES);
      const zeros = { start: 0, bytes: SECTOR_BYTES - within, within };
      this.#change(index, within === 0 ? undefined : overlaySector(sector, NOTHING, zeros), false);
    }
  }

  #grow(length: number): void {
    if (length > this.current.length) this.#setLength(length);
  }

  #setLength(length: number): void {
    this.current.setLength(length);
    this.lengths.push({ length, sequence: ++this.#sequence });
    if (this.lengths.length > LENGTHS_MAX) this.lengths.splice(LENGTHS_MAX / 2, 1);
  }

  #change(index: number, sector: MaybeSector, mapped: boolean): void {
    this.current.setSector(index, sector);
    let pending = this.pending.get(index);
    if (pending === undefined) {
      pending = { versions: [], dirty: true };
      this.pending.set(index, pending);
    }
    pending.dirty = true;
    pending.versions.push({ sector, sequence: ++this.#sequence, mapped });
    if (pending.versions.length > VERSIONS_MAX) pending.versions.splice(VERSIONS_MAX / 2, 1);
  }

  #persist(index: number, version: SectorVersion): void {
    this.durable.setSector(index, version.sector);
    this.#forget(index, version);
  }

  #forget(index: number, version: SectorVersion): void {
    const pending = this.pending.get(index);
    if (pending === undefined) return;
    pending.versions = pending.versions.filter((entry) => entry.sequence > version.sequence);
    if (pending.versions.length === 0) this.pending.delete(index);
  }

  #mappedSectors(): number {
    return this.#mapped === undefined ? 0 : this.#mapped.length / SECTOR_BYTES;
  }

  #mappingDiffers(first: number, end: number): boolean {
    if (this.#mapped === undefined || end > this.#mappedSectors()) return false;
    const from = first * SECTOR_BYTES;
    const to = end * SECTOR_BYTES;
    return this.#mapped.compare(this.#seen, from, to, from, to) !== 0;
  }

  #takeFromMapping(index: number): void {
    const start = index * SECTOR_BYTES;
    this.#mapped!.copy(this.#seen, start, start, start + SECTOR_BYTES);
    this.#change(index, makeSector(this.#seen, start), true);
  }

  #copyToMapping(index: number): void {
    if (this.#mapped === undefined || index >= this.#mappedSectors()) return;
    const range = { start: index * SECTOR_BYTES, from: 0, to: SECTOR_BYTES };
    copySector(this.current.sector(index), this.#mapped, range);
    copySector(this.current.sector(index), this.#seen, range);
  }

  #copyAllToMapping(): void {
    for (let index = 0; index < this.#mappedSectors(); index++) this.#copyToMapping(index);
  }
}
