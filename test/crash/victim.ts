// One child process from its start to its end: follows its reports and kills it, or strikes it in
// another way, a given time after it reported that it opens, is open, or was acknowledged its first
// write.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { WriterTask } from './writer.js';

export interface VictimPlan {
  /** What the delay counts from. */
  readonly after: 'opening' | 'open' | 'acknowledged';
  readonly delayMs: number;
}

export interface VictimReport {
  /** What the child was doing when it died. */
  readonly phase: 'opening' | 'open' | 'closing';
  readonly openings: number;
  readonly fullTimes: number;
  readonly issued: number;
  readonly acknowledged: number;
  /** Set when the child ended in another way than it should. */
  readonly failure: string | undefined;
  /** Milliseconds from the first opening to open; undefined if it never was. */
  readonly openMs: number | undefined;
}

const WRITER = fileURLToPath(new URL('writer.js', import.meta.url));
const LIFE_MS_MAX = 20_000;

/** What befalls a writer, and how it must end then. */
export interface Strike {
  act(child: ChildProcess): void;
  isExpected(end: WriterEnd): boolean;
}

export interface WriterEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
  readonly phase: VictimReport['phase'];
}

const KILL: Strike = {
  act: (child) => void child.kill('SIGKILL'),
  isExpected: ({ signal }) => signal === 'SIGKILL',
};

export async function killWriter(task: WriterTask, plan: VictimPlan): Promise<VictimReport> {
  return await strikeWriter(task, plan, KILL);
}

export async function strikeWriter(
  task: WriterTask,
  plan: VictimPlan,
  strike: Strike,
): Promise<VictimReport> {
  const child = spawn(process.execPath, [WRITER, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const follower = new Follower();
  let errors = '';
  let hasStruck = false;
  const act = (): void => {
    hasStruck = true;
    strike.act(child);
  };
  const emergency = setTimeout(() => {
    hasStruck = true;
    child.kill('SIGKILL');
  }, LIFE_MS_MAX);
  child.stderr.on('data', (text: Buffer) => {
    errors = (errors + text.toString()).slice(-4000);
  });
  let isDue = true;
  child.stdout.on('data', (text: Buffer) => {
    follower.take(text.toString());
    if (!isDue || !follower.has(plan.after)) return;
    isDue = false;
    void delay(plan.delayMs).then(act);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('close', (...end) => resolve(end));
  });
  clearTimeout(emergency);
  const { phase } = follower.report(undefined);
  const isExpected = hasStruck && strike.isExpected({ code, signal, errors, phase });
  const ending = `the writer ended with ${signal ?? `exit code ${code}`}: ${errors.trim()}`;
  return follower.report(isExpected ? undefined : ending);
}

class Follower {
  #rest = '';
  #phase: VictimReport['phase'] = 'opening';
  #openings = 0;
  #opens = 0;
  #fullTimes = 0;
  #issued = 0;
  #acknowledged = 0;
  #openingAt = 0;
  #openMs: number | undefined;

  /** A line that the kill cut off counts for nothing. */
  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#follow(line);
  }

  has(step: VictimPlan['after']): boolean {
    if (step === 'opening') return this.#openings > 0;
    return step === 'open' ? this.#opens > 0 : this.#acknowledged > 0;
  }

  report(failure: string | undefined): VictimReport {
    return {
      phase: this.#phase,
      openings: this.#openings,
      fullTimes: this.#fullTimes,
      issued: this.#issued,
      acknowledged: this.#acknowledged,
      failure,
      openMs: this.#openMs,
    };
  }

  #follow(line: string): void {
    const [word, number] = line.split(' ');
    switch (word) {
      case 'opening':
        this.#phase = 'opening';
        this.#openings++;
        if (this.#openings === 1) this.#openingAt = performance.now();
        break;
      case 'open':
        this.#phase = 'open';
        this.#opens++;
        if (this.#opens === 1) this.#openMs = performance.now() - this.#openingAt;
        break;
      case 'closing':
        this.#phase = 'closing';
        break;
      case 'full':
        this.#fullTimes++;
        break;
      case 'i':
        this.#issued = Number(number);
        break;
      case 'a':
        this.#acknowledged = Number(number);
        break;
      default:
        throw new Error(`unknown report: ${line}`);
    }
  }
}

/** Finer than a timer, so that a kill can hit any moment of an opening. */
async function delay(ms: number): Promise<void> {
  const end = performance.now() + ms;
  const coarse = Math.floor(ms) - 1;
  if (coarse > 0) await new Promise((resolve) => setTimeout(resolve, coarse));
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
}
