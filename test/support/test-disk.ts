// A simulated disk behind the interfaces of io/: in memory, synchronous, decided by a seed. It knows
// what processes see and what a power cut may leave, fails calls as planned and logs all of them.
// cut() gives a disk as after a loss of power, kill() as after the death of the process.
// Does not model: clocks, permissions, symbolic links, threads.

import type {
  FileSystem,
  MappedRegion,
  PathKind,
  ReadableFile,
  WritableFile,
} from '../../src/io/file-system.js';
import type { TestDiskOptions } from './test-disk-core.js';
import type { CutPolicy } from './test-disk-cut.js';
import { cutTree } from './test-disk-cut.js';
import type { DiskCall } from './test-disk-fault.js';
import { diskError } from './test-disk-fault.js';
import { TestFile } from './test-disk-file.js';
import { SECTOR_BYTES } from './test-disk-image.js';
import { FileInode } from './test-disk-inode.js';
import { TestDiskRandom } from './test-disk-random.js';
import { DiskWithRawAccess } from './test-disk-raw.js';
import type { DirectoryTree, Place } from './test-disk-tree.js';
import { DirectoryInode } from './test-disk-tree.js';

export type { TestDiskOptions } from './test-disk-core.js';
export type { CutPolicy, SectorPolicy } from './test-disk-cut.js';
export type { DiskCall, FaultPlan, Operation, PlannedFault } from './test-disk-fault.js';

const POISON = 0xdb;
const ADDRESS_HIGH = 0x7e57;
const UNMAPPED_KEPT = 64;

interface MappedFile {
  readonly region: MappedRegion;
  readonly memory: Buffer;
  readonly inode: FileInode;
  readonly path: string;
  mappings: number;
}

export class TestDisk extends DiskWithRawAccess implements FileSystem {
  readonly #mapped = new Map<number, MappedFile>();
  #unmapped: MappedFile[] = [];
  #nextAddress = 0x1000;

  /** A disk that holds a copy of a real directory. */
  static fromDirectory(
    realPath: string,
    directory = '/store',
    options: TestDiskOptions = {},
  ): TestDisk {
    const disk = new TestDisk(options);
    disk.copyIn(realPath, directory);
    return disk;
  }

  /** What a power cut at this moment may leave, chosen by the seed; nothing is pending in it. */
  cut(seed: number, policy: CutPolicy = 'random'): TestDisk {
    const random = new TestDiskRandom(seed);
    return this.#successor(cutTree(this.tree, policy, random), random.next());
  }

  /** The process dies, the system lives: all is as seen, and pending changes stay pending. */
  kill(): TestDisk {
    return this.#successor(this.tree.copy(), this.random.copy().next());
  }

  /** The same disk once more, with log and planned faults; without open files and mappings. */
  clone(): TestDisk {
    const copy = this.kill();
    copy.random = this.random.copy();
    copy.faults = this.faults.copy();
    for (const call of this.log) copy.log.push({ ...call });
    return copy;
  }

  /** Mappings that nobody has given up. */
  get mappings(): number {
    return [...this.#mapped.values()].reduce((sum, { mappings }) => sum + mappings, 0);
  }

  /** Throws if anything was stored through a mapping after it was unmapped. */
  assertNoLateStores(): void {
    for (const { memory, region, path } of this.#unmapped) {
      const { length } = region.bytes;
      if (memory.subarray(0, length).equals(Buffer.alloc(length, POISON))) continue;
      const at = memory.findIndex((byte) => byte !== POISON);
      throw new Error(`stored at ${at} of ${path} after it was unmapped`);
    }
  }

  join(directory: string, name: string): string {
    return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`;
  }

  kind(path: string): PathKind {
    this.enter('kind', path);
    return this.tree.lookUp(path)?.kind ?? 'none';
  }

  list(directory: string): string[] {
    const call = this.enter('list', directory);
    return [...this.#directory(call, directory).current.keys()].sort();
  }

  openRead(path: string): ReadableFile {
    const call = this.enter('openRead', path);
    return new TestFile(this, this.#file(call, path), path, false);
  }

  openWrite(path: string): WritableFile {
    const call = this.enter('openWrite', path);
    return new TestFile(this, this.#file(call, path), path, true);
  }

  create(path: string): WritableFile {
    const call = this.enter('create', path);
    const place = this.#freePlace(call, path);
    const inode = new FileInode();
    this.tree.set(place, inode);
    return new TestFile(this, inode, path, true);
  }

  rename(from: string, to: string): void {
    const call = this.enter('rename', from, { to });
    const source = this.#place(call, from);
    const inode = source.directory.current.get(source.name);
    if (inode === undefined) throw diskError(call, 'ENOENT');
    const target = this.#place(call, to);
    const replaced = target.directory.current.get(target.name);
    if (replaced === inode) return;
    if (replaced?.kind === 'directory') throw diskError(call, 'EISDIR');
    if (replaced !== undefined && inode.kind === 'directory') throw diskError(call, 'ENOTDIR');
    this.tree.rename(source, target);
  }

  link(from: string, to: string): void {
    const call = this.enter('link', from, { to });
    const inode = this.#file(call, from);
    this.tree.set(this.#freePlace(call, to), inode, this.#place(call, from));
  }

  remove(path: string): void {
    const call = this.enter('remove', path);
    this.#file(call, path);
    this.tree.remove(this.#place(call, path));
  }

  makeDirectory(path: string): void {
    const call = this.enter('makeDirectory', path);
    this.tree.set(this.#freePlace(call, path), new DirectoryInode());
  }

  syncDirectory(path: string): void {
    const { call, fault } = this.begin('syncDirectory', path);
    const directory = this.#directory(call, path);
    if (fault === undefined) {
      this.tree.commit(directory);
      return;
    }
    this.tree.abandon(directory);
    throw diskError(call, fault.errno ?? 'EIO');
  }

  canMap(_directory: string): boolean {
    return this.mappable;
  }

  mapRegion(file: WritableFile, bytes: number): MappedRegion {
    const call = this.enter('mapRegion', file.path, { bytes });
    if (!(file instanceof TestFile)) throw new Error('a file of another file system');
    if (!this.mappable) throw diskError(call, 'ENODEV');
    if (!Number.isSafeInteger(bytes) || bytes <= 0) throw diskError(call, 'EINVAL');
    if (bytes > file.size()) throw diskError(call, 'EINVAL', ' past the end');
    const { inode } = file;
    const known = [...this.#mapped.values()].find((mapped) => mapped.inode === inode);
    if (known !== undefined) {
      if (known.region.bytes.length !== bytes) throw new Error('mapped twice in different lengths');
      known.mappings++;
      return known.region;
    }
    return this.#map(inode, bytes, file.path).region;
  }

  attachRegion(addressLow: number, addressHigh: number, bytes: number): MappedRegion {
    const mapped = this.#mapped.get(addressLow);
    const path = mapped?.path ?? `address ${addressHigh}:${addressLow}`;
    this.enter('attachRegion', path, { bytes });
    if (mapped === undefined || addressHigh !== ADDRESS_HIGH) {
      throw new Error(`no mapping at ${path}`);
    }
    if (bytes !== mapped.region.bytes.length)
      throw new Error(`${path} is mapped in another length`);
    return mapped.region;
  }

  unmapRegion(region: MappedRegion): void {
    const mapped = this.#mapped.get(region.addressLow);
    if (mapped === undefined) throw new Error('unmapped twice');
    this.enter('unmapRegion', mapped.path);
    mapped.mappings--;
    if (mapped.mappings > 0) return;
    mapped.inode.unmap();
    mapped.memory.fill(POISON);
    this.#mapped.delete(region.addressLow);
    this.#unmapped.push(mapped);
    if (this.#unmapped.length > UNMAPPED_KEPT) this.#unmapped = this.#unmapped.slice(1);
    this.release(mapped.inode);
  }

  #map(inode: FileInode, bytes: number, path: string): MappedFile {
    const buffer = new ArrayBuffer(Math.ceil(bytes / SECTOR_BYTES) * SECTOR_BYTES);
    const memory = Buffer.from(buffer);
    inode.map(memory);
    const region: MappedRegion = {
      bytes: new Uint8Array(buffer, 0, bytes),
      words: new Int32Array(buffer, 0, Math.floor(bytes / 4)),
      addressLow: this.#nextAddress,
      addressHigh: ADDRESS_HIGH,
    };
    const mapped = { region, memory, inode, path, mappings: 1 };
    this.#nextAddress += 0x1000;
    this.#mapped.set(region.addressLow, mapped);
    this.hold(inode);
    return mapped;
  }

  #successor(tree: DirectoryTree, seed: number): TestDisk {
    const { mappable, capacityBytes } = this;
    const limit = capacityBytes === undefined ? {} : { capacityBytes };
    return new TestDisk({ seed, mappable, ...limit }, tree);
  }

  #place(call: DiskCall, path: string): Place {
    const place = this.tree.place(path);
    if (place === undefined || place.name === '') throw diskError(call, 'ENOENT');
    return place;
  }

  #freePlace(call: DiskCall, path: string): Place {
    if (this.tree.lookUp(path) !== undefined) throw diskError(call, 'EEXIST');
    return this.#place(call, path);
  }

  #file(call: DiskCall, path: string): FileInode {
    const inode = this.tree.lookUp(path);
    if (inode === undefined) throw diskError(call, 'ENOENT');
    if (inode.kind !== 'file') throw diskError(call, 'EISDIR');
    return inode;
  }

  #directory(call: DiskCall, path: string): DirectoryInode {
    const inode = this.tree.lookUp(path);
    if (inode === undefined) throw diskError(call, 'ENOENT');
    if (inode.kind !== 'directory') throw diskError(call, 'ENOTDIR');
    return inode;
  }
}
