// `npm run bench -- --micro`: nanoseconds per operation of single primitives, each in a process
// of its own, round by round, medians over the rounds. A run of the stores measures those with a
// target.

import type { Arguments } from '../arguments.js';
import { describeEnvironment, printEnvironment } from '../environment.js';
import { median } from '../measurements.js';
import type { Session } from '../session.js';
import type { MicroReply, MicroTask } from './child.js';
import { PUBLISHED } from './log-append.js';
import type { Primitive } from './primitive.js';
import { PRIMITIVES } from './registry.js';

const SAMPLES = 21;
const QUICK_SAMPLES = 5;
const NAME_WIDTH = 44;

export interface MicroResult {
  readonly name: string;
  readonly target: number | null;
  /** Median over the rounds; null if the primitive was skipped. */
  readonly nanoseconds: number | null;
  readonly rounds: readonly number[];
  readonly skipped: string | null;
}

async function sample(session: Session, name: string, quick: boolean): Promise<MicroReply> {
  const directory = session.makeDirectory();
  const samples = quick ? QUICK_SAMPLES : SAMPLES;
  const task: MicroTask = { primitive: name, directory, samples };
  try {
    return await session.run<MicroReply>('./micro/child.js', task, { killAfterReply: false });
  } catch (error) {
    return { skipped: error instanceof Error ? error.message : String(error) };
  } finally {
    session.removeDirectory(directory);
  }
}

async function measureAll(
  session: Session,
  options: Arguments,
  primitives: readonly Primitive[],
): Promise<MicroResult[]> {
  const taken = new Map<string, number[]>();
  const skipped = new Map<string, string>();
  for (let round = 0; round < options.rounds; round++) {
    for (const { name } of primitives) {
      if (skipped.has(name)) continue;
      const reply = await sample(session, name, options.quick);
      if ('skipped' in reply) skipped.set(name, reply.skipped);
      else taken.set(name, [...(taken.get(name) ?? []), reply.nanoseconds]);
    }
  }
  return primitives.map(({ name, target }) => {
    const rounds = taken.get(name) ?? [];
    const reason = skipped.get(name) ?? null;
    const nanoseconds = reason === null ? median(rounds) : null;
    return { name, target: target ?? null, nanoseconds, rounds, skipped: reason };
  });
}

/** The primitives with a target, for the report of the stores. */
export function measureTargets(session: Session, options: Arguments): Promise<MicroResult[]> {
  const primitives = PRIMITIVES.filter(({ target }) => target !== undefined);
  return measureAll(session, options, primitives);
}

export async function runMicro(session: Session, options: Arguments): Promise<number> {
  printEnvironment(describeEnvironment(session.root));
  const { only } = options;
  const chosen = PRIMITIVES.filter(
    ({ name }) => only === undefined || only.some((part) => name.includes(part)),
  );
  const results = await measureAll(session, options, chosen);
  console.log(`\n${'primitive'.padEnd(NAME_WIDTH)}      ns/op`);
  for (const { name, nanoseconds, skipped, target } of results) {
    const figure = nanoseconds === null ? `skipped: ${skipped}` : nanoseconds.toFixed(1);
    const goal = target === null ? '' : `  target <= ${target}`;
    console.log(`${name.padEnd(NAME_WIDTH)} ${figure.padStart(10)}${goal}`);
  }
  if (chosen.some(({ name }) => name.startsWith('log append'))) {
    console.log(
      '\npublished by the systems that lanedb/wal is modelled on, on machines of their own:',
    );
    for (const line of PUBLISHED) console.log(`  ${line}`);
  }
  return 0;
}
