// Follows a trace moment by moment: the rules judge each call as it is entered, by what had ended
// before; what the call did counts from the moment it is left.

import { basename } from 'node:path';

import { parseSegmentName } from '../../src/format/file-name.js';
import { parseTrace } from './parse-trace.js';
import { type Ask, RULES } from './rules.js';
import { type Step, stepsOf, type TracePlaces } from './steps.js';
import { type StoreBefore, TracedStore } from './traced-store.js';

export interface Violation {
  readonly rule: string;
  readonly line: number;
  readonly problem: string;
}

export interface Verdict {
  /** Calls that concern the store. */
  readonly calls: number;
  readonly syncs: number;
  readonly acknowledgements: number;
  readonly refusals: number;
  /** How often each rule was asked. */
  readonly asked: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
  /** Steps of each kind but the lock's, to see that a script did what it is there for. */
  readonly steps: ReadonlyMap<string, number>;
  /** Segments that were given a temporary name again, to be used once more. */
  readonly recycled: number;
  /** A write or sync failed. */
  readonly hasFailed: boolean;
}

/** More say nothing new. */
const VIOLATIONS_MAX = 20;

export function judgeTrace(trace: string, places: TracePlaces, before: StoreBefore): Verdict {
  const steps = stepsOf(parseTrace(trace), places);
  const store = new TracedStore(places, before);
  const asked = new Map(RULES.map(({ name }) => [name, 0]));
  const counts = new Map<string, number>();
  const violations: Violation[] = [];
  let refusals = 0;
  for (const { step, isEntering } of momentsOf(steps)) {
    if (!isEntering) {
      store.apply(step);
      continue;
    }
    if (!store.isLock(step)) counts.set(step.kind, (counts.get(step.kind) ?? 0) + 1);
    if (step.kind === 'mark' && step.content.startsWith('refused')) refusals++;
    for (const rule of RULES) {
      const ask: Ask = (isKept, problem) => {
        asked.set(rule.name, (asked.get(rule.name) ?? 0) + 1);
        if (isKept || violations.length >= VIOLATIONS_MAX) return;
        violations.push({ rule: rule.name, line: step.call.line, problem: problem() });
      };
      rule.judge(step, store, ask);
    }
  }
  return {
    calls: steps.length - (counts.get('mark') ?? 0),
    syncs: store.syncs,
    acknowledgements: store.acknowledgements,
    refusals,
    asked,
    violations,
    steps: counts,
    recycled: steps.filter(isRecycling).length,
    hasFailed: store.failed !== undefined,
  };
}

function isRecycling({ kind, path }: Step): boolean {
  return kind === 'rename' && parseSegmentName(basename(path)) !== undefined;
}

function momentsOf(steps: readonly Step[]): { step: Step; isEntering: boolean }[] {
  const moments = steps.flatMap((step) => [
    { step, isEntering: true, at: step.call.enteredAt },
    { step, isEntering: false, at: step.call.leftAt },
  ]);
  // Two calls that never came back are left at the same moment, never.
  return moments.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
}
