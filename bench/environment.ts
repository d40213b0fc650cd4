// Describes the machine and the state it is in: figures mean nothing without them.

import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';

export interface Environment {
  readonly date: string;
  readonly commit: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly fileSystem: string;
  readonly node: string;
  readonly loadBefore: number;
}

function fileSystemOf(directory: string): string {
  try {
    const path = realpathSync(directory);
    let best = ['', 'unknown', ''];
    for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
      const [device = '', point = '', type = ''] = line.split(' ');
      const covers = path === point || path.startsWith(point === '/' ? '/' : `${point}/`);
      if (covers && point.length >= best[0]!.length) best = [point, type, device];
    }
    return `${best[1]} (${best[2]})`;
  } catch {
    return 'unknown';
  }
}

function commitOf(): string {
  const git = (...parameters: string[]): string =>
    execFileSync('git', parameters, {
      cwd: new URL('.', import.meta.url),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return git('rev-parse', '--short', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}

export function describeEnvironment(directory: string): Environment {
  return {
    date: new Date().toISOString(),
    commit: commitOf(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${process.arch}`,
    fileSystem: fileSystemOf(directory),
    node: process.versions.node,
    loadBefore: loadavg()[0] ?? 0,
  };
}

export function printEnvironment(environment: Environment): void {
  const { cpu, cores, memoryGiB, system, fileSystem, node, loadBefore, commit } = environment;
  console.log(`machine      ${cpu}, ${cores} cores, ${memoryGiB} GiB`);
  console.log(`system       ${system}, Node ${node}`);
  console.log(`file system  ${fileSystem}`);
  console.log(`commit       ${commit}`);
  console.log(`load         ${loadBefore.toFixed(2)}`);
  if (loadBefore > 1) {
    console.log('WARNING      other work is running (load above 1): figures will be unsteady');
  }
}
