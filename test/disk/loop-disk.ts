// A disk of its own for a test: a file of the temporary directory, with a real file system on it,
// mounted through a loop device. Needs root on Linux. What is mounted is unmounted when the test
// disposes of it, when the process ends, and when it is interrupted.

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

export type DiskType = 'ext4' | 'xfs';

export interface DiskShape {
  readonly type: DiskType;
  readonly bytes: number;
  /** Of the file system; smaller than a page on old and on small disks. */
  readonly blockBytes: 1024 | 4096;
}

const PREFIX = 'lanedb-disk-';

/** Why no such disk can be made here; undefined if it can. */
export function whyNoLoopDisk(type: DiskType): string | undefined {
  if (process.platform !== 'linux') return `no loop devices on ${process.platform}`;
  if (process.getuid?.() !== 0) return 'only root may mount';
  const made = spawnSync(`mkfs.${type}`, ['-V']);
  if (made.error !== undefined) return `mkfs.${type} is not installed`;
  try {
    new LoopDisk({ type, bytes: BYTES_MIN[type], blockBytes: 4096 }).dispose();
  } catch (error) {
    return `a disk cannot be mounted: ${error instanceof Error ? error.message : String(error)}`;
  }
  return undefined;
}

const BYTES_MIN: Readonly<Record<DiskType, number>> = { ext4: 16 << 20, xfs: 320 << 20 };

export class LoopDisk {
  readonly shape: DiskShape;
  readonly #root = mkdtempSync(join(realpathSync(tmpdir()), PREFIX));
  readonly #undo: () => void;

  constructor(shape: DiskShape) {
    this.shape = shape;
    const end = (): void => this.dispose();
    const interrupt = (): void => process.exit(130);
    process.on('exit', end);
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
    this.#undo = () => {
      process.off('exit', end);
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    };
    try {
      mkdirSync(this.path);
      closeSync(openSync(this.#image, 'w'));
      truncateSync(this.#image, shape.bytes);
      this.#format();
      this.mount();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Where it is mounted. */
  get path(): string {
    return join(this.#root, 'mount');
  }

  /** Name of its block device, while it is mounted. */
  get device(): string {
    const found = run('losetup', ['-j', this.#image, '-O', 'NAME', '-n']);
    return basename(found.trim());
  }

  mount(): void {
    run('mount', ['-o', 'loop', this.#image, this.path]);
  }

  unmount(): void {
    run('umount', [this.path]);
  }

  /** Unmounts, whoever still uses it, and removes everything. Again: does nothing. */
  dispose(): void {
    this.#undo();
    spawnSync('umount', ['-l', this.path]);
    rmSync(this.#root, { recursive: true, force: true });
  }

  get #image(): string {
    return join(this.#root, 'image');
  }

  #format(): void {
    const { type, blockBytes } = this.shape;
    const block = String(blockBytes);
    // Without blocks that only root may use: the tests run as root, and a full disk is a full one.
    if (type === 'ext4') run('mkfs.ext4', ['-q', '-F', '-m', '0', '-b', block, this.#image]);
    else run('mkfs.xfs', ['-q', '-f', '-b', `size=${block}`, this.#image]);
  }
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} failed: ${error?.message ?? stderr.trim()}`);
}
