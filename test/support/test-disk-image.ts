// The bytes of one file on the test disk: a length and an array of 512-byte sectors.
// A sector never changes once it is made, so images share sectors and, until one of them is
// written, the whole array. A sector that is undefined holds zeros. Bytes past the length are zeros.

export const SECTOR_BYTES = 512;
const SLAB_BYTES = 32 * SECTOR_BYTES;
const ZEROS = Buffer.alloc(SECTOR_BYTES);

/** 512 bytes at `at` of a slab. The two hash words are 0 until somebody asks for them. */
export interface Sector {
  readonly slab: Buffer;
  readonly at: number;
  hashA: number;
  hashB: number;
}

export type MaybeSector = Sector | undefined;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let slabUsed = 0;

/** A new sector: the old one, with `bytes` bytes of `source` from `start` laid over it at `within`. */
export function overlaySector(
  base: MaybeSector,
  source: Uint8Array,
  range: { start: number; bytes: number; within: number },
): Sector {
  if (slabUsed === SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    slabUsed = 0;
  }
  const at = slabUsed;
  slabUsed += SECTOR_BYTES;
  if (range.bytes !== SECTOR_BYTES)
    copySector(base, slab, { start: at, from: 0, to: SECTOR_BYTES });
  slab.set(source.subarray(range.start, range.start + range.bytes), at + range.within);
  return { slab, at, hashA: 0, hashB: 0 };
}

/** A sector with the content of `source` from `start`. */
export function makeSector(source: Uint8Array, start: number): Sector {
  return overlaySector(undefined, source, { start, bytes: SECTOR_BYTES, within: 0 });
}

/** Copies the bytes `from` up to `to` of a sector to `target` at `start`. */
export function copySector(
  sector: MaybeSector,
  target: Uint8Array,
  range: { start: number; from: number; to: number },
): void {
  const at = sector === undefined ? 0 : sector.at;
  (sector === undefined ? ZEROS : sector.slab).copy(
    target,
    range.start,
    at + range.from,
    at + range.to,
  );
}

/** A sector that took each 4-byte word from one of two versions, as `takeNewer` says. */
export function mixSectors(
  older: MaybeSector,
  newer: MaybeSector,
  takeNewer: (word: number) => boolean,
): Sector {
  const whole = { start: 0, from: 0, to: SECTOR_BYTES };
  const mixed = new Int32Array(SECTOR_BYTES / 4);
  const other = new Int32Array(SECTOR_BYTES / 4);
  const bytes = new Uint8Array(mixed.buffer);
  copySector(older, bytes, whole);
  copySector(newer, new Uint8Array(other.buffer), whole);
  for (let word = 0; word < other.length; word++) {
    if (takeNewer(word)) mixed[word] = other[word]!;
  }
  return makeSector(bytes, 0);
}

export class Image {
  #sectors: MaybeSector[] = [];
  #shared = false;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** An image of the same content; neither sees later changes of the other. */
  fork(): Image {
    const copy = new Image();
    this.#shared = true;
    copy.#shared = true;
    copy.#sectors = this.#sectors;
    copy.#length = this.#length;
    return copy;
  }

  sector(index: number): MaybeSector {
    return index < this.#sectors.length ? this.#sectors[index] : undefined;
  }

  setSector(index: number, sector: MaybeSector): void {
    this.#own();
    while (this.#sectors.length < index) this.#sectors.push(undefined);
    this.#sectors[index] = sector;
  }

  setLength(length: number): void {
    this.#length = length;
  }

  /** Drops what lies past the length, so that it reads as zeros if the file grows again. */
  clearPastLength(): void {
    const last = Math.floor(this.#length / SECTOR_BYTES);
    if (this.#sectors.length <= last) return;
    this.#own();
    const kept = this.#length % SECTOR_BYTES;
    const tail = this.#sectors[last];
    this.#sectors.length = last;
    if (kept === 0 || tail === undefined) return;
    const zeros = { start: 0, bytes: SECTOR_BYTES - kept, within: kept };
    this.#sectors.push(overlaySector(tail, ZEROS, zeros));
  }

  /** Copies bytes that lie inside the length. */
  read(target: Uint8Array, start: number, bytes: number, position: number): void {
    let done = 0;
    while (done < bytes) {
      const from = (position + done) % SECTOR_BYTES;
      const to = Math.min(SECTOR_BYTES, from + bytes - done);
      const sector = this.sector(Math.floor((position + done) / SECTOR_BYTES));
      copySector(sector, target, { start: start + done, from, to });
      done += to - from;
    }
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    this.read(all, 0, this.#length, 0);
    return all;
  }

  /** Feeds length and content to a hash; sectors of zeros count the same whether stored or not. */
  hashInto(hash: TestDiskHash): void {
    hash.add(this.#length);
    for (let index = 0; index < this.#sectors.length; index++) {
      const sector = this.#sectors[index];
      if (sector === undefined) continue;
      if (sector.hashA === 0 && sector.hashB === 0) hashSector(sector);
      if (sector.hashA === zeroHash.hashA && sector.hashB === zeroHash.hashB) continue;
      hash.add(index);
      hash.add(sector.hashA);
      hash.add(sector.hashB);
    }
  }

  #own(): void {
    if (!this.#shared) return;
    this.#sectors = this.#sectors.slice();
    this.#shared = false;
  }
}

/** A 64-bit hash, good enough to count different states. */
export class TestDiskHash {
  a = 0x811c9dc5;
  b = 0x9e3779b9;

  add(word: number): void {
    this.a = Math.imul(this.a ^ word, 0x01000193);
    this.a ^= this.a >>> 15;
    this.b = Math.imul(this.b + word, 0x85ebca6b);
    this.b ^= this.b >>> 13;
  }

  addText(text: string): void {
    this.add(text.length);
    for (let index = 0; index < text.length; index++) this.add(text.charCodeAt(index));
  }

  hex(): string {
    return [this.a, this.b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

function hashSector(sector: Sector): void {
  const hash = new TestDiskHash();
  const words = new Int32Array(sector.slab.buffer, sector.slab.byteOffset + sector.at, 128);
  for (let index = 0; index < words.length; index++) hash.add(words[index]!);
  sector.hashA = hash.a | 0;
  sector.hashB = hash.b | 0;
}

const zeroHash: Sector = makeSector(ZEROS, 0);
hashSector(zeroHash);
