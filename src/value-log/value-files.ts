// The value files of a store as one thread reads them: opened when a frame in them is wanted, the
// one that was not used longest closed when there are too many.

import type { PoolMemory } from '../control/pool.js';
import type { LaneError } from '../errors.js';
import { valueFileName } from '../format/file-name.js';
import type { FramePlace } from '../format/value-frame.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { FrameReader } from './frame-cache.js';
import type { FrameChecksum } from './value-file.js';
import { ValueFileReader } from './value-file.js';

/** Open descriptors of a thread; a store that is read at random has far fewer files. */
const OPEN_MAX = 64;

export class ValueFiles implements FrameReader {
  readonly #fileSystem: ReadOnlyFileSystem;
  readonly #directory: string;
  readonly #checksum: FrameChecksum;
  /** In the order of their last use. */
  readonly #open = new Map<number, ValueFileReader>();
  #last: ValueFileReader | undefined;
  #lastId = 0;

  constructor(fileSystem: ReadOnlyFileSystem, directory: string, checksum: FrameChecksum) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
    this.#checksum = checksum;
  }

  /** Files that are open. */
  get openFiles(): number {
    return this.#open.size;
  }

  /**
   * Reads a frame to byte `at` of `target`. Throws CORRUPT with file and offset if it is not the
   * one that is named, IO_ERROR if it or its file cannot be read.
   */
  read(place: FramePlace, target: PoolMemory, at: number): void {
    this.#readerOf(place.file).read(place, target, at);
  }

  corrupt(place: FramePlace, reason: string): LaneError {
    return this.#readerOf(place.file).corrupt(place, reason);
  }

  /** Closes a file that is about to be removed; does nothing if it is not open. */
  forget(file: number): void {
    this.#open.get(file)?.close();
    this.#open.delete(file);
    if (file === this.#lastId) this.#lastId = 0;
  }

  close(): void {
    for (const file of [...this.#open.keys()]) this.forget(file);
  }

  #readerOf(file: number): ValueFileReader {
    return file === this.#lastId ? this.#last! : this.#use(file);
  }

  #use(file: number): ValueFileReader {
    let reader = this.#open.get(file);
    if (reader === undefined) {
      if (this.#open.size === OPEN_MAX) this.forget(this.#open.keys().next().value!);
      const path = this.#fileSystem.join(this.#directory, valueFileName(file));
      reader = new ValueFileReader(this.#fileSystem.openRead(path), this.#checksum);
    } else this.#open.delete(file);
    this.#open.set(file, reader);
    this.#last = reader;
    this.#lastId = file;
    return reader;
  }
}
