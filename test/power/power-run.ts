// Runs scripts of the power-cut proof and judges the states they give.

import { Choices } from '../support/choices.js';
import type { Bench, Script } from './bench.js';
import { CutCollector } from './cut-collector.js';
import { judge } from './judge.js';
import { lanes, recycling } from './lane-scripts.js';
import { creation, recovery } from './open-scripts.js';
import type { SessionOptions } from './session.js';
import { batches, closing, preparing, puts, rotation } from './write-scripts.js';

interface Phase {
  script: Script;
  /** Share of moments at which cuts are taken, and how many then. */
  rate: number;
  cuts: number;
  /** Part of all states that should come from here. */
  share: number;
}

export const PHASES = {
  puts: { script: puts, rate: 0.5, cuts: 2, share: 0.12 },
  batches: { script: batches, rate: 0.5, cuts: 2, share: 0.12 },
  rotation: { script: rotation, rate: 0.35, cuts: 2, share: 0.13 },
  recycling: { script: recycling, rate: 0.3, cuts: 2, share: 0.13 },
  preparing: { script: preparing, rate: 0.35, cuts: 2, share: 0.12 },
  creation: { script: creation, rate: 0.8, cuts: 3, share: 0.06 },
  close: { script: closing, rate: 0.9, cuts: 3, share: 0.06 },
  recovery: { script: recovery, rate: 0.5, cuts: 2, share: 0.13 },
  lanes: { script: lanes, rate: 0.4, cuts: 2, share: 0.13 },
} satisfies Record<string, Phase>;

export type PhaseName = keyof typeof PHASES;
export const PHASE_NAMES = Object.keys(PHASES) as PhaseName[];

export interface ScriptRun {
  phase: PhaseName;
  isMapped: boolean;
  /** Seed of the whole run, and number of the script in it. */
  seed: number;
  script: number;
}

export interface ScriptResult {
  /** States judged; some are alike on the disk and differ in what was promised. */
  states: number;
  hashes: string[];
  violations: string[];
}

/** Runs one script and judges every state it gave. The same arguments give the same states. */
export async function runScript(run: ScriptRun): Promise<ScriptResult> {
  const { phase, isMapped, seed, script } = run;
  const index = PHASE_NAMES.indexOf(phase) * 2 + (isMapped ? 1 : 0);
  const choices = new Choices((seed * 7919 + script * 32 + index) | 0);
  const { rate, cuts } = PHASES[phase];
  const lock = phase === 'creation' && choices.chance(0.15) ? 'file' : 'none';
  const collector = new CutCollector(choices, { rate, cuts });
  const options: SessionOptions = { seed, lock, mode: 'told' };
  const bench: Bench = { choices, isMapped, collector, options, seed };
  const name = `${phase} ${isMapped ? 'mapped' : 'buffered'} script ${script}`;
  const result: ScriptResult = { states: 0, hashes: [], violations: [] };
  try {
    for (const problem of await PHASES[phase].script(bench)) {
      result.violations.push(`${name}: ${problem}`);
    }
  } catch (error) {
    result.violations.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  for (const state of collector.states) {
    const problem = await judge(state, choices.below(2 ** 31), options);
    if (problem !== undefined) result.violations.push(`${name}: ${problem}`);
    result.hashes.push(state.hash);
    result.states++;
  }
  return result;
}
