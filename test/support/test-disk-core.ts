// What every part of the test disk stands on: names and files, the log, planned faults, space, and
// the random choice of mapped sectors the disk takes at each call. Makes no call by itself.

import type { DiskCall, FaultPlan, Operation, PlannedFault } from './test-disk-fault.js';
import { diskError, Faults, formatTrace, isMutating } from './test-disk-fault.js';
import type { FileInode, SyncCapture } from './test-disk-inode.js';
import { TestDiskRandom } from './test-disk-random.js';
import { DirectoryTree } from './test-disk-tree.js';

const BLOCK_BYTES = 4096;
const AUTOMATIC_SAMPLE_CHANCE = 0.5;

export interface TestDiskOptions {
  /** Drives all the disk decides by itself. */
  seed?: number;
  /** Room for files; without it there is no limit. */
  capacityBytes?: number;
  /** False: canMap() says no and mapRegion() fails. */
  mappable?: boolean;
}

/** Called before a call that changes something. May cut or clone the disk; may throw. */
export type OperationHook = (call: DiskCall) => void;

export type CallDetail = Pick<DiskCall, 'to' | 'offset' | 'bytes'>;

export class DiskCore {
  /** All calls, in order. */
  readonly log: DiskCall[] = [];
  capacityBytes: number | undefined;
  mappable: boolean;
  protected tree: DirectoryTree;
  protected random: TestDiskRandom;
  protected faults = new Faults();
  readonly #inUse = new Map<FileInode, number>();
  #hook: OperationHook | undefined;

  constructor(options: TestDiskOptions = {}, tree = new DirectoryTree()) {
    this.capacityBytes = options.capacityBytes;
    this.mappable = options.mappable ?? true;
    this.random = new TestDiskRandom(options.seed ?? 1);
    this.tree = tree;
  }

  /** Calls so far; the number of the newest one. */
  get operationCount(): number {
    return this.log.length;
  }

  /** Sets what is called before each call that changes something; undefined: nothing. */
  onOperation(hook: OperationHook | undefined): void {
    this.#hook = hook;
  }

  /** Plans a failure. Calls are counted from now on. */
  failAt(plan: FaultPlan): PlannedFault {
    return this.faults.add(plan);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  /** The log, or its last calls, as text. */
  trace(last = this.log.length): string {
    return formatTrace(this.log.slice(Math.max(0, this.log.length - last)));
  }

  /** Lets the disk take some of the sectors that were changed through mappings, as they are now. */
  persistRandomSectors(): void {
    for (const file of this.#inUse.keys()) file.sampleMapping(this.random);
  }

  /** The system forgets what it need not write: files show what is on the disk, or pending. */
  dropCaches(): void {
    for (const file of this.allFiles()) file.dropCaches();
  }

  /** Bytes taken by files that have a name or are open. */
  usedBytes(): number {
    let used = 0;
    for (const file of this.allFiles()) used += spaceOf(file, 0);
    return used;
  }

  /** Enters a call in the log and runs the hook; returns the failure planned for it, if any. */
  begin(operation: Operation, path: string, detail?: CallDetail): BegunCall {
    const call: DiskCall = {
      number: this.log.length + 1,
      operation,
      path,
      ...detail,
      outcome: 'ok',
    };
    this.log.push(call);
    if (this.#hook !== undefined && isMutating(operation)) this.#hook(call);
    for (const file of this.#inUse.keys()) {
      if (!file.isMapped || !this.random.chance(AUTOMATIC_SAMPLE_CHANCE)) continue;
      file.sampleMapping(this.random);
    }
    return { call, fault: this.faults.take(call) };
  }

  /** Like begin(), for calls that either happen or fail whole. */
  enter(operation: Operation, path: string, detail?: CallDetail): DiskCall {
    const { call, fault } = this.begin(operation, path, detail);
    if (fault !== undefined) throw diskError(call, fault.errno ?? 'EIO');
    return call;
  }

  /** Fails the call if the file cannot grow to this length. */
  reserve(call: DiskCall, file: FileInode, bytes: number): void {
    if (this.capacityBytes === undefined) return;
    const growth = spaceOf(file, bytes) - spaceOf(file, 0);
    if (growth > 0 && this.usedBytes() + growth > this.capacityBytes) {
      throw diskError(call, 'ENOSPC');
    }
  }

  /** Ends a sync with its planned failure. */
  endWithFailure(file: FileInode, capture: SyncCapture, fault: FaultPlan): void {
    file.fail(capture, fault.failedSync ?? 'lost', this.random);
  }

  /** A file is opened or mapped once more. */
  hold(file: FileInode): void {
    this.#inUse.set(file, (this.#inUse.get(file) ?? 0) + 1);
  }

  release(file: FileInode): void {
    const holders = (this.#inUse.get(file) ?? 0) - 1;
    if (holders > 0) this.#inUse.set(file, holders);
    else this.#inUse.delete(file);
  }

  protected allFiles(): Set<FileInode> {
    const files = new Set<FileInode>(this.#inUse.keys());
    this.tree.forEach('current', (_path, inode) => {
      if (inode.kind === 'file') files.add(inode);
    });
    return files;
  }
}

export interface BegunCall {
  readonly call: DiskCall;
  readonly fault: FaultPlan | undefined;
}

function spaceOf(file: FileInode, atLeast: number): number {
  return (
    Math.ceil(Math.max(file.current.length, file.allocated, atLeast) / BLOCK_BYTES) * BLOCK_BYTES
  );
}
