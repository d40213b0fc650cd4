// Direct access to the files of the test disk, past its calls: for fixtures, damage and comparison.
// What is changed here is on the disk at once, with nothing pending for that file or name.
// Nothing here is logged, counted or failed.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DiskCore } from './test-disk-core.js';
import { overlaySector, SECTOR_BYTES, TestDiskHash } from './test-disk-image.js';
import { FileInode } from './test-disk-inode.js';
import type { Place } from './test-disk-tree.js';
import { DirectoryInode, splitPath } from './test-disk-tree.js';

export class DiskWithRawAccess extends DiskCore {
  /** Puts a file in place, with the directories above it. */
  writeFileRaw(filePath: string, bytes: Uint8Array): void {
    const content = new FileInode();
    content.write(bytes, 0, bytes.length, 0);
    const file = new FileInode();
    file.replace(content.current);
    this.tree.setRaw(this.#makePlace(filePath), file);
  }

  readFileRaw(filePath: string): Uint8Array {
    const file = this.#file(filePath);
    file.sampleMapping();
    return file.current.bytes();
  }

  sizeRaw(filePath: string): number {
    return this.#file(filePath).current.length;
  }

  flipBit(filePath: string, offset: number, bit: number): void {
    const file = this.#unmappedFile(filePath);
    if (offset >= file.current.length) throw new RangeError(`no byte ${offset} in ${filePath}`);
    const image = file.current.fork();
    const byte = new Uint8Array(1);
    image.read(byte, 0, 1, offset);
    byte[0]! ^= 1 << bit;
    const index = Math.floor(offset / SECTOR_BYTES);
    const range = { start: 0, bytes: 1, within: offset % SECTOR_BYTES };
    image.setSector(index, overlaySector(image.sector(index), byte, range));
    file.replace(image);
  }

  /** Shortens a file, or lengthens it with zeros. */
  truncateRaw(filePath: string, bytes: number): void {
    const file = this.#unmappedFile(filePath);
    const image = file.current.fork();
    image.setLength(bytes);
    image.clearPastLength();
    file.replace(image);
  }

  removeRaw(filePath: string): void {
    this.tree.setRaw(this.#existingPlace(filePath), undefined);
  }

  renameRaw(from: string, to: string): void {
    const inode = this.tree.lookUp(from);
    if (inode === undefined) throw new Error(`no file ${from} on the test disk`);
    this.tree.setRaw(this.#existingPlace(from), undefined);
    this.tree.setRaw(this.#makePlace(to), inode);
  }

  makeDirectoryRaw(directory: string): void {
    this.#makePlace(`${directory}/x`);
  }

  /** Every file with its bytes as processes see them. */
  snapshotFiles(): Map<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    this.tree.forEach('current', (filePath, inode) => {
      if (inode.kind === 'file') files.set(filePath, this.readFileRaw(filePath));
    });
    return files;
  }

  /** Sectors of a file with changes that are not known to be on the disk. */
  pendingSectors(filePath: string): number[] {
    const file = this.#file(filePath);
    file.sampleMapping();
    return [...file.pending.keys()].sort((a, b) => a - b);
  }

  /** 16 hex digits over the names and contents that are on the disk. */
  stateHash(): string {
    const hash = new TestDiskHash();
    this.tree.forEach('durable', (filePath, inode) => {
      hash.addText(filePath);
      if (inode.kind === 'file') inode.durable.hashInto(hash);
    });
    return hash.hex();
  }

  /** Copies a real directory to the disk. */
  copyIn(realPath: string, directory: string): void {
    this.makeDirectoryRaw(directory);
    for (const entry of readdirSync(realPath, { withFileTypes: true })) {
      const source = path.join(realPath, entry.name);
      if (entry.isDirectory()) this.copyIn(source, `${directory}/${entry.name}`);
      else this.writeFileRaw(`${directory}/${entry.name}`, readFileSync(source));
    }
  }

  /** Copies a directory of the disk, as processes see it, to a real one. */
  toDirectory(realPath: string, directory = '/store'): void {
    const inode = this.tree.lookUp(directory);
    if (inode?.kind !== 'directory') throw new Error(`no directory ${directory} on the test disk`);
    mkdirSync(realPath, { recursive: true });
    for (const [name, child] of inode.current) {
      const target = path.join(realPath, name);
      if (child.kind === 'directory') this.toDirectory(target, `${directory}/${name}`);
      else writeFileSync(target, this.readFileRaw(`${directory}/${name}`));
    }
  }

  #file(filePath: string): FileInode {
    const inode = this.tree.lookUp(filePath);
    if (inode?.kind !== 'file') throw new Error(`no file ${filePath} on the test disk`);
    return inode;
  }

  #unmappedFile(filePath: string): FileInode {
    const file = this.#file(filePath);
    if (file.isMapped) throw new Error(`${filePath} is mapped`);
    return file;
  }

  #existingPlace(filePath: string): Place {
    const place = this.tree.place(filePath);
    if (place?.directory.current.has(place.name) !== true) {
      throw new Error(`no file ${filePath} on the test disk`);
    }
    return place;
  }

  #makePlace(filePath: string): Place {
    const names = splitPath(filePath);
    const name = names.pop();
    if (name === undefined) throw new Error(`'${filePath}' names no file`);
    let directory = this.tree.root;
    for (const step of names) {
      let next = directory.current.get(step);
      if (next === undefined) {
        next = new DirectoryInode();
        this.tree.setRaw({ directory, name: step }, next);
      }
      if (next.kind !== 'directory') throw new Error(`${step} in ${filePath} is a file`);
      directory = next;
    }
    return { directory, name };
  }
}
