// `npm run bench`: LaneDB beside other embedded stores. Every engine and workload runs in a
// process of its own; the engines take turns within each round, so that a change of the machine's
// mood meets all of them. Prints a table, writes JSON and a plot to bench/results.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Arguments } from './arguments.js';
import { choose, readArguments, USAGE } from './arguments.js';
import type { Reply, Task } from './child.js';
import type { EngineModule } from './engines/engine.js';
import { ENGINES } from './engines/registry.js';
import { describeEnvironment, printEnvironment } from './environment.js';
import { Measurements } from './measurements.js';
import { measureTargets, runMicro } from './micro/run.js';
import { drawPlot } from './report/plot.js';
import type { EngineNote, Report } from './report/report.js';
import { makeRows } from './report/report.js';
import { printEngines, printFailures, printTable, printVerdicts } from './report/table.js';
import { judge } from './report/targets.js';
import { Session } from './session.js';
import { probe } from './workloads/probe.js';
import { WORKLOADS } from './workloads/registry.js';
import type { Outcome, Workload } from './workloads/workload.js';

const MILLISECONDS = 800;
const QUICK_MILLISECONDS = 150;

function benchPath(relative: string): string {
  return fileURLToPath(new URL(`../../bench/${relative}`, import.meta.url));
}

interface Job {
  readonly engine: EngineModule;
  readonly workload: Workload;
  readonly round: number;
}

/** What an engine threw in its process; the stack is that process's. */
class EngineError extends Error {
  constructor(message: string, stack: string) {
    super(message);
    this.stack = stack;
  }
}

type Success = Extract<Reply, { outcome: Outcome }>;

/** Runs all phases of a workload on one engine, one after another in one directory. */
async function runPhases(session: Session, options: Arguments, job: Job): Promise<Success[]> {
  const { engine, workload, round } = job;
  const directory = session.makeDirectory();
  const replies: Success[] = [];
  try {
    for (const [phase, { killed }] of workload.phases.entries()) {
      const task: Task = {
        engine: engine.name,
        workload: workload.name,
        phase,
        directory,
        keys: workload.keys?.(options.quick) ?? options.keys,
        seed: round + 1,
        milliseconds: options.quick ? QUICK_MILLISECONDS : MILLISECONDS,
        quick: options.quick,
      };
      const reply = await session.run<Reply>('./child.js', task, { killAfterReply: killed });
      if ('error' in reply) throw new EngineError(reply.error, reply.stack);
      replies.push(reply);
    }
  } finally {
    session.removeDirectory(directory);
  }
  return replies;
}

async function runJob(
  session: Session,
  options: Arguments,
  job: Job,
  into: Measurements,
): Promise<void> {
  const { engine, workload } = job;
  try {
    const replies = await runPhases(session, options, job);
    for (const { outcome } of replies) into.add(engine.name, outcome);
  } catch (error) {
    into.fail(engine.name, workload, String(error instanceof Error ? error.stack : error));
  }
}

const REASON_CHARACTERS = 200;

/** Tries an engine in a process of its own; notes why it cannot be used. */
async function inspect(
  session: Session,
  options: Arguments,
  engine: EngineModule,
): Promise<EngineNote> {
  const { name, rival } = engine;
  try {
    const replies = await runPhases(session, options, { engine, workload: probe, round: 0 });
    return { name, rival, version: replies[0]?.version ?? '', skipped: null };
  } catch (error) {
    const reason = error instanceof EngineError ? error.message : String(error);
    const skipped = reason.replaceAll(/\s+/g, ' ').slice(0, REASON_CHARACTERS);
    return { name, rival, version: null, skipped };
  }
}

async function measure(
  session: Session,
  options: Arguments,
  engines: readonly EngineModule[],
  workloads: readonly Workload[],
): Promise<Measurements> {
  const measured = new Measurements();
  for (let round = 0; round < options.rounds; round++) {
    for (const [turn, workload] of workloads.entries()) {
      const started = performance.now();
      for (let i = 0; i < engines.length; i++) {
        const engine = engines[(i + round + turn) % engines.length]!;
        await runJob(session, options, { engine, workload, round }, measured);
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`round ${round + 1}/${options.rounds}  ${workload.title}  ${seconds} s`);
    }
  }
  return measured;
}

function save(report: Report, options: Arguments): void {
  const partial = options.only !== undefined || options.engines !== undefined;
  const name = options.quick ? 'quick' : partial ? 'partial' : 'bench';
  const directory = benchPath('results');
  mkdirSync(directory, { recursive: true });
  const targets = judge(report);
  const json = JSON.stringify({ ...report, targets }, null, 1);
  writeFileSync(`${directory}/${name}.json`, `${json}\n`);
  writeFileSync(`${directory}/${name}.svg`, drawPlot(report));
  console.log(`\nwritten: bench/results/${name}.json and ${name}.svg`);
}

async function runStores(session: Session, options: Arguments): Promise<number> {
  const environment = describeEnvironment(session.root);
  printEnvironment(environment);
  const chosen = choose(ENGINES, options.engines, 'engine');
  const workloads = choose(WORKLOADS, options.only, 'workload');
  const notes: EngineNote[] = [];
  for (const engine of chosen) notes.push(await inspect(session, options, engine));
  const engines = chosen.filter((_, index) => notes[index]?.skipped === null);
  for (const { name, skipped } of notes) {
    if (skipped !== null) console.log(`skipped      ${name}: ${skipped}`);
  }
  if (!existsSync(benchPath('node_modules'))) {
    console.log('the other stores are installed by: npm ci --prefix bench');
  }
  console.log('');
  const measured = await measure(session, options, engines, workloads);
  const report: Report = {
    environment,
    rounds: options.rounds,
    keys: options.keys,
    quick: options.quick,
    engines: notes,
    rows: makeRows(workloads, engines, measured),
    primitives: options.only === undefined ? await measureTargets(session, options) : [],
    failures: Object.fromEntries(measured.failures),
  };
  printTable(report);
  printEngines(report);
  printVerdicts(judge(report));
  printFailures(report);
  save(report, options);
  return measured.failures.size === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  let options: Arguments;
  try {
    options = readArguments(process.argv.slice(2));
    choose(ENGINES, options.engines, 'engine');
    if (!options.micro) choose(WORKLOADS, options.only, 'workload');
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const session = new Session(options.directory ?? benchPath('tmp'));
  try {
    return options.micro ? await runMicro(session, options) : await runStores(session, options);
  } finally {
    session.close();
  }
}

process.exitCode = await main();
