// What the power-cut proof has shown so far, phase by phase, and which script is to run next.

import type { PhaseName, ScriptResult, ScriptRun } from './power-run.js';
import { PHASE_NAMES, PHASES } from './power-run.js';

export type Medium = 'mapped' | 'buffered';

interface Row {
  phase: PhaseName;
  medium: Medium;
  scripts: number;
  states: number;
  violations: number;
  readonly hashes: Set<string>;
}

/** A phase that gives no new states any more ends the run, with too few. */
const SCRIPTS_MAX = 5000;

export class Totals {
  readonly violations: string[] = [];
  readonly #rows: Row[] = [];
  readonly #wanted: number;

  constructor(wanted: number, phases: readonly PhaseName[], media: readonly Medium[]) {
    this.#wanted = wanted;
    for (const phase of phases) {
      for (const medium of media) {
        const hashes = new Set<string>();
        this.#rows.push({ phase, medium, scripts: 0, states: 0, violations: 0, hashes });
      }
    }
  }

  /** The next script: of the phase that lacks most of what it should give. Undefined: enough. */
  next(seed: number): ScriptRun | undefined {
    let neediest: Row | undefined;
    let least = this.distinct >= this.#wanted ? 1 : Number.POSITIVE_INFINITY;
    for (const row of this.#rows) {
      if (row.scripts >= SCRIPTS_MAX) continue;
      const fulfilled = row.hashes.size / this.#wantedOf(row);
      if (fulfilled >= least) continue;
      least = fulfilled;
      neediest = row;
    }
    if (neediest === undefined) return undefined;
    const { phase, medium } = neediest;
    return { phase, isMapped: medium === 'mapped', seed, script: neediest.scripts++ };
  }

  add(run: ScriptRun, result: ScriptResult): void {
    const medium = run.isMapped ? 'mapped' : 'buffered';
    const row = this.#rows.find((one) => one.phase === run.phase && one.medium === medium)!;
    row.states += result.states;
    row.violations += result.violations.length;
    for (const hash of result.hashes) row.hashes.add(hash);
    this.violations.push(...result.violations);
  }

  /** States of the disk that differ from each other. */
  get distinct(): number {
    return union(this.#rows).size;
  }

  /** Phases with fewer different states than this. */
  phasesBelow(least: number): PhaseName[] {
    const phases = new Set(this.#rows.map((row) => row.phase));
    return [...phases].filter((phase) => this.#ofPhase(phase) < least);
  }

  table(): string {
    const lines = ['phase      medium    scripts   states  distinct  violations'];
    for (const row of this.#rows) lines.push(line(row.phase, row.medium, row, row.hashes.size));
    const sum = { scripts: 0, states: 0, violations: 0 };
    for (const row of this.#rows) {
      sum.scripts += row.scripts;
      sum.states += row.states;
      sum.violations += row.violations;
    }
    lines.push(line('all', '', sum, this.distinct));
    return lines.join('\n');
  }

  #ofPhase(phase: PhaseName): number {
    return union(this.#rows.filter((row) => row.phase === phase)).size;
  }

  #wantedOf(row: Row): number {
    const rows = this.#rows.filter((one) => one.phase === row.phase).length;
    const shares = new Set(this.#rows.map((one) => one.phase));
    let all = 0;
    for (const phase of shares) all += PHASES[phase].share;
    return Math.ceil(((PHASES[row.phase].share / all) * this.#wanted) / rows);
  }
}

export function isPhaseName(name: string): name is PhaseName {
  return (PHASE_NAMES as string[]).includes(name);
}

function union(rows: readonly Row[]): Set<string> {
  const all = new Set<string>();
  for (const row of rows) for (const hash of row.hashes) all.add(hash);
  return all;
}

function line(
  phase: string,
  medium: string,
  counts: { scripts: number; states: number; violations: number },
  distinct: number,
): string {
  const numbers = [counts.scripts, counts.states, distinct, counts.violations];
  const widths = [7, 7, 8, 10];
  const cells = numbers.map((number, index) => String(number).padStart(widths[index]!));
  return `${phase.padEnd(10)} ${medium.padEnd(9)} ${cells.join('  ')}`;
}
