// The test of a file system that goes away: while a process writes, opens or recovers, its file
// system is shut down. The process must end by itself, with an error. Then the file system is
// mounted again, and the store is held to the writes that the process had made.

import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { checkStore } from '../crash/check-store.js';
import { type CrashState, emptyState } from '../crash/crash-state.js';
import type { CrashLife } from '../crash/operation-stream.js';
import { profileFor } from '../crash/profiles.js';
import { rotationTrace } from '../crash/rotation-trace.js';
import { addKill, type CrashTotals, emptyTotals, share } from '../crash/totals.js';
import { strikeWriter, type VictimReport, type WriterEnd } from '../crash/victim.js';
import { Choices } from '../support/choices.js';
import { isPossible } from '../support/medium.js';
import { type DiskType, LoopDisk } from './loop-disk.js';
import { SHUTDOWNS, type Shutdown, shutDown } from './shut-down.js';

export interface ShutdownRunOptions {
  readonly seed: number;
  readonly shutdowns: number;
  readonly type: DiskType;
  onProgress?(totals: ShutdownTotals): void;
}

export interface ShutdownTotals {
  readonly crash: CrashTotals;
  /** Shutdowns by what happened to the journal, and by medium. */
  readonly kinds: Map<string, number>;
  /** How the processes ended, by the code of their error. */
  readonly ends: Map<string, number>;
}

const DISK_BYTES: Readonly<Record<DiskType, number>> = { ext4: 96 << 20, xfs: 320 << 20 };
/** Openings that are struck one after the other: recovery after a recovery that did not end. */
const CHAIN_MAX = 3;
const LIVES_PER_STORE = 5;
const OPEN_SHARE = 0.2;
const ROTATION_SHARE = 0.3;
const VIOLATIONS_MAX = 3;

class ShutdownRun {
  readonly totals: ShutdownTotals = { crash: emptyTotals(), kinds: new Map(), ends: new Map() };
  readonly #options: ShutdownRunOptions;
  readonly #choices: Choices;
  readonly #disk: LoopDisk;
  #life = 0;
  #state: CrashState = emptyState();
  #isClean = true;
  #isNew = true;
  #openMs = 20;

  constructor(options: ShutdownRunOptions, disk: LoopDisk) {
    this.#options = options;
    this.#choices = new Choices(options.seed);
    this.#disk = disk;
  }

  async run(): Promise<void> {
    const { crash } = this.totals;
    while (!this.#isDone && crash.violations.length < VIOLATIONS_MAX) {
      if (this.#life % LIVES_PER_STORE === 0) this.#startStore();
      await this.#oneLife();
      this.#options.onProgress?.(this.totals);
    }
  }

  get #path(): string {
    return join(this.#disk.path, 'store');
  }

  #startStore(): void {
    rmSync(this.#path, { recursive: true, force: true });
    // Else a shutdown may bring the old one back.
    this.#disk.unmount();
    this.#disk.mount();
    this.#state = emptyState();
    this.#isClean = true;
    this.#isNew = true;
  }

  /** A process that writes, perhaps others that only open before and after; then the check. */
  async #oneLife(): Promise<void> {
    const life = this.#nextLife();
    if (this.#isOpenDue()) await this.#strike(life, true);
    let acknowledged = 0;
    if (!this.#isDone) acknowledged = (await this.#strike(life, false)).acknowledged;
    for (let count = 1; count < CHAIN_MAX && !this.#isDone && this.#isOpenDue(); count++) {
      await this.#strike(life, true);
    }
    await this.#check(life, acknowledged);
  }

  get #isDone(): boolean {
    return this.totals.crash.kills >= this.#options.shutdowns;
  }

  #isOpenDue(): boolean {
    const isShort = share(this.totals.crash, this.totals.crash.opening) < OPEN_SHARE;
    return this.#choices.chance(isShort ? 0.5 : 0.1);
  }

  /** Shuts the file system down while a process only opens and closes, or writes. */
  async #strike(life: CrashLife, isOpening: boolean): Promise<VictimReport> {
    const kind = this.#choices.pick(Object.keys(SHUTDOWNS) as Shutdown[]);
    const delayMs = isOpening
      ? (this.#choices.below(1000) / 1200) * this.#openMs
      : this.#choices.below(this.#choices.pick([10, 60, 300]) * 1000) / 1000;
    const task = { ...life, path: this.#path, isWriting: !isOpening };
    const plan = { after: isOpening ? 'opening' : 'acknowledged', delayMs } as const;
    const report = await strikeWriter(task, plan, {
      act: () => shutDown(this.#disk.path, kind),
      isExpected: (end) => this.#isExpected(end),
    });
    add(this.totals.kinds, kind);
    add(this.totals.kinds, life.profile.io);
    if (report.openMs !== undefined) this.#openMs = (this.#openMs * 3 + report.openMs) / 4;
    this.#disk.unmount();
    this.#disk.mount();
    this.#count(report);
    return report;
  }

  /** By itself, with an error that says what happened; never by a signal. */
  #isExpected({ code, signal, errors, phase }: WriterEnd): boolean {
    const found = /code: '(STORE_POISONED|IO_ERROR)'/.exec(errors)?.[1];
    add(this.totals.ends, found ?? `${signal ?? `exit code ${code}`}`);
    if (signal !== null || code !== 1) return false;
    return found === 'STORE_POISONED' || (found === 'IO_ERROR' && phase !== 'open');
  }

  #count(report: VictimReport): void {
    const trace = rotationTrace(this.#path);
    addKill(this.totals.crash, { report, trace, isNew: this.#isNew, isClean: this.#isClean });
    if (report.failure !== undefined) this.#violation(report.failure);
    this.#isClean = false;
    this.#isNew = this.#isNew && report.phase === 'opening';
  }

  async #check(life: CrashLife, acknowledged: number): Promise<void> {
    const { crash } = this.totals;
    const io = this.#choices.pick((['mapped', 'buffered'] as const).filter(isPossible));
    const isReadFirst = this.#choices.chance(0.5) && !this.#isNew;
    const task = { path: this.#path, io, isReadFirst, life, acknowledged, base: this.#state };
    const { problem, state, operations } = await checkStore(task);
    crash.checks++;
    crash.acknowledged += acknowledged;
    crash.recovered += operations;
    if (problem !== undefined) {
      this.#violation(`life ${life.life}, ${life.profile.name} ${life.profile.io}: ${problem}`);
      this.#life += LIVES_PER_STORE - (this.#life % LIVES_PER_STORE);
    }
    this.#state = state;
    this.#isNew = false;
    this.#isClean = true;
  }

  #violation(problem: string): void {
    this.totals.crash.violations.push(`seed ${this.#options.seed}: ${problem}`);
  }

  #nextLife(): CrashLife {
    this.#life++;
    const { crash } = this.totals;
    const isRotationShort = share(crash, crash.rotation) < ROTATION_SHARE;
    const io = isPossible('mapped') ? 'both' : 'buffered';
    const profile = profileFor(this.#choices, io, isRotationShort ? 0.7 : 0.2);
    return { seed: this.#options.seed, life: this.#life, profile };
  }
}

export async function runShutdowns(options: ShutdownRunOptions): Promise<ShutdownTotals> {
  const { type } = options;
  const disk = new LoopDisk({ type, bytes: DISK_BYTES[type], blockBytes: 4096 });
  try {
    const run = new ShutdownRun(options, disk);
    await run.run();
    return run.totals;
  } finally {
    disk.dispose();
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
