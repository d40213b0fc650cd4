// The full-disk test: a store meets a disk with a random rest of room when it is made, opened after
// a close or after a kill, and while it is in use, on both media, each in a process of its own that
// must end by itself.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { Choices } from '../support/choices.js';
import { isPossible } from '../support/medium.js';
import type { FullReport, FullTask, Moment } from './full-life.js';
import { type DiskType, LoopDisk } from './loop-disk.js';

export interface FullRunOptions {
  readonly seed: number;
  readonly cases: number;
  readonly type: DiskType;
  onProgress?(totals: FullTotals): void;
}

export interface FullTotals {
  cases: number;
  /** How often something was refused, by the kind of the case and the moment. */
  readonly refused: Map<string, number>;
  /** Cases by kind. */
  readonly kinds: Map<string, number>;
  records: number;
  readonly violations: string[];
}

const IOS = ['mapped', 'buffered'] as const;
const KINDS = ['new', 'clean', 'unclean', 'running'] as const;
const DISK_BYTES: Readonly<Record<DiskType, number>> = { ext4: 24 << 20, xfs: 320 << 20 };
const SEGMENT_BYTES = [65_536, 262_144, 1_048_576] as const;
const FREE_BYTES_MAX = 3 << 20;
const LIFE = fileURLToPath(new URL('full-life.js', import.meta.url));
const LIFE_MS_MAX = 60_000;
const VIOLATIONS_MAX = 3;

export async function runFull(options: FullRunOptions): Promise<FullTotals> {
  const choices = new Choices(options.seed);
  const totals: FullTotals = {
    cases: 0,
    refused: new Map(),
    kinds: new Map(),
    records: 0,
    violations: [],
  };
  while (totals.cases < options.cases && totals.violations.length < VIOLATIONS_MAX) {
    const kind = KINDS[totals.cases % KINDS.length] ?? 'new';
    await oneCase(options, choices, { kind, totals });
    totals.cases++;
    options.onProgress?.(totals);
  }
  return totals;
}

async function oneCase(
  { seed, type }: FullRunOptions,
  choices: Choices,
  { kind, totals }: { kind: FullTask['kind']; totals: FullTotals },
): Promise<void> {
  const io = choices.pick(IOS.filter(isPossible));
  const segmentBytes = choices.pick(SEGMENT_BYTES);
  const blockBytes = type === 'ext4' ? choices.pick([1024, 4096] as const) : 4096;
  const shape = { kind, io, segmentBytes, freeBytes: freeBytesFor(choices, segmentBytes) };
  const disk = new LoopDisk({ type, bytes: DISK_BYTES[type], blockBytes });
  try {
    const task = { ...shape, mount: disk.path, seed: seed ^ totals.cases, base: 0 };
    let base = 0;
    if (kind === 'clean' || kind === 'unclean') {
      const prepared = await runLife({ ...task, part: 'prepare' });
      base = prepared.records;
      if (prepared.problem !== undefined) throw new Error(prepared.problem);
    }
    const report = await runLife({ ...task, part: 'live', base });
    totals.records += report.records;
    add(totals.kinds, kind);
    for (const moment of report.refused) add(totals.refused, momentOf(kind, moment));
    if (report.problem === undefined) return;
    const where = JSON.stringify({ ...shape, blockBytes });
    totals.violations.push(`seed ${seed}, case ${totals.cases}, ${where}: ${report.problem}`);
  } finally {
    disk.dispose();
  }
}

export function momentOf(kind: string, moment: Moment): string {
  return `${kind}, ${moment}`;
}

/** Often around what a segment needs, where one block decides. */
function freeBytesFor(choices: Choices, segmentBytes: number): number {
  if (choices.chance(0.1)) return 0;
  if (choices.chance(0.3)) return choices.below(FREE_BYTES_MAX);
  if (choices.chance(0.3)) return choices.below(64) * 1024;
  const segments = choices.between(1, 3) * segmentBytes;
  return Math.max(0, segments + choices.between(-16, 16) * 4096);
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The report of a life; a life that ends by a signal has a problem, whatever it reported. */
async function runLife(task: FullTask): Promise<FullReport> {
  const child = spawn(process.execPath, [LIFE, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const emergency = setTimeout(() => child.kill('SIGKILL'), LIFE_MS_MAX);
  const end = await new Promise<unknown>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  clearTimeout(emergency);
  const expected = task.part === 'prepare' && task.kind === 'unclean' ? 'SIGKILL' : 0;
  const line = output.split('\n')[0] ?? '';
  if (end === expected && line !== '') return JSON.parse(line) as FullReport;
  return { records: 0, refused: [], problem: `the process ended with ${String(end)}: ${errors}` };
}
