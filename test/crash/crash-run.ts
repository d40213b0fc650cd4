// The kill test: writers are killed at random moments, also while they open and recover, and after
// each death the store is opened and held to the writes that its writer had made. Steers what the
// kills hit.

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Choices } from '../support/choices.js';
import { checkStore } from './check-store.js';
import { type CrashState, emptyState } from './crash-state.js';
import type { CrashLife } from './operation-stream.js';
import { profileFor } from './profiles.js';
import { rotationTrace } from './rotation-trace.js';
import { addKill, type CrashTotals, emptyTotals, share } from './totals.js';
import { killWriter, type VictimReport } from './victim.js';

export interface CrashRunOptions {
  readonly seed: number;
  readonly kills: number;
  readonly io: 'mapped' | 'buffered' | 'both';
  /** Called after each check. */
  onProgress?(totals: CrashTotals): void;
}

/** Kills of openings come in chains: recovery is killed that recovers from a killed recovery. */
const CHAIN_MAX = 3;
/** Lives that share a directory; a new one makes first openings a target too. */
const LIVES_PER_STORE = 6;
/** More say nothing new. */
const VIOLATIONS_MAX = 3;
const OPEN_SHARE = 0.18;
const ROTATION_SHARE = 0.3;

class CrashRun {
  readonly totals: CrashTotals = emptyTotals();
  readonly #options: CrashRunOptions;
  readonly #choices: Choices;
  readonly #root = mkdtempSync(join(tmpdir(), 'lanedb-crash-'));
  #stores = 0;
  #life = 0;
  #state: CrashState = emptyState();
  #isClean = true;
  #isNew = true;
  #openMs = 20;

  constructor(options: CrashRunOptions) {
    this.#options = options;
    this.#choices = new Choices(options.seed);
  }

  async run(): Promise<CrashTotals> {
    const { violations } = this.totals;
    while (this.totals.kills < this.#options.kills && violations.length < VIOLATIONS_MAX) {
      if (this.#life % LIVES_PER_STORE === 0) this.#startStore();
      await this.#oneLife();
      this.#options.onProgress?.(this.totals);
    }
    if (violations.length === 0) rmSync(this.#root, { recursive: true, force: true });
    return this.totals;
  }

  get #path(): string {
    return join(this.#root, `store-${this.#stores}`);
  }

  #startStore(): void {
    rmSync(this.#path, { recursive: true, force: true });
    this.#stores++;
    this.#state = emptyState();
    this.#isClean = true;
    this.#isNew = true;
  }

  /** A writer killed while it writes, perhaps openings killed before and after; then the check. */
  async #oneLife(): Promise<void> {
    const { kills } = this.#options;
    const life = this.#nextLife();
    if (this.#isOpenDue() || (this.#isNew && this.#choices.chance(0.5))) {
      await this.#killOpening(life);
    }
    let report: VictimReport | undefined;
    if (this.totals.kills < kills) report = await this.#killWriting(life);
    for (let count = 1; count < CHAIN_MAX && this.totals.kills < kills; count++) {
      if (!this.#isOpenDue()) break;
      await this.#killOpening({ ...life, profile: profileFor(this.#choices, this.#options.io, 0) });
    }
    await this.#check(life, report?.acknowledged ?? 0);
  }

  async #killWriting(life: CrashLife): Promise<VictimReport> {
    // The first write starts threads: what comes before its acknowledgement is short of variety.
    const after = this.#choices.chance(0.15) ? 'open' : 'acknowledged';
    const delayMs = this.#choices.below(this.#choices.pick([10, 60, 300]) * 1000) / 1000;
    const task = { ...life, path: this.#path, isWriting: true };
    const report = await killWriter(task, { after, delayMs });
    if (report.openMs !== undefined) this.#openMs = (this.#openMs * 3 + report.openMs) / 4;
    this.#count(report);
    return report;
  }

  /** A process that only opens and closes, killed about when its first opening ends. */
  async #killOpening(life: CrashLife): Promise<void> {
    const delayMs = (this.#choices.below(1000) / 1200) * this.#openMs;
    const task = { ...life, path: this.#path, isWriting: false };
    this.#count(await killWriter(task, { after: 'opening', delayMs }));
  }

  #count(report: VictimReport): void {
    const trace = rotationTrace(this.#path);
    addKill(this.totals, { report, trace, isNew: this.#isNew, isClean: this.#isClean });
    if (report.failure !== undefined) this.#violation(report.failure);
    this.#isClean = false;
    this.#isNew = this.#isNew && report.phase === 'opening';
  }

  async #check(life: CrashLife, acknowledged: number): Promise<void> {
    const evidence = join(this.#root, 'evidence');
    rmSync(evidence, { recursive: true, force: true });
    mkdirSync(evidence);
    if (existsSync(this.#path)) cpSync(this.#path, join(evidence, 'store'), { recursive: true });
    const io = this.#choices.pick(ioChoices(this.#options.io));
    // A first opening that was killed may have left nothing that could be read.
    const isReadFirst = this.#choices.chance(0.5) && !this.#isNew;
    const task = { path: this.#path, io, isReadFirst, life, acknowledged, base: this.#state };
    const { problem, state, operations } = await checkStore(task);
    this.totals.checks++;
    this.totals.acknowledged += acknowledged;
    this.totals.recovered += operations;
    if (problem !== undefined) {
      this.#violation(`life ${life.life}, ${life.profile.name} ${life.profile.io}: ${problem}`);
      cpSync(evidence, join(this.#root, `violation-${this.totals.violations.length}`), {
        recursive: true,
      });
      this.#life += LIVES_PER_STORE - (this.#life % LIVES_PER_STORE);
    }
    this.#state = state;
    this.#isClean = true;
    this.#isNew = false;
  }

  #violation(problem: string): void {
    this.totals.violations.push(`seed ${this.#options.seed}, ${this.#path}: ${problem}`);
  }

  #nextLife(): CrashLife {
    this.#life++;
    const isRotationShort = share(this.totals, this.totals.rotation) < ROTATION_SHARE;
    const rotation = isRotationShort ? 0.7 : 0.2;
    const profile = profileFor(this.#choices, this.#options.io, rotation);
    return { seed: this.#options.seed, life: this.#life, profile };
  }

  #isOpenDue(): boolean {
    const isShort = share(this.totals, this.totals.opening) < OPEN_SHARE;
    return this.#choices.chance(isShort ? 0.6 : 0.15);
  }
}

export function runCrash(options: CrashRunOptions): Promise<CrashTotals> {
  return new CrashRun(options).run();
}

export function ioChoices(io: CrashRunOptions['io']): readonly ('mapped' | 'buffered')[] {
  return io === 'both' ? ['mapped', 'buffered'] : [io];
}
