// Audits one script on one medium: prepares, runs it under strace, judges the trace. The compiled
// project that is run may be another one than this, with a bug planted in it.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseSegmentName } from '../../src/format/file-name.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { holdsRecords } from '../../src/recovery/load-segment.js';
import type { ChildTask } from './child.js';
import { judgeTrace, type Verdict } from './judge.js';
import { loadScript } from './load-scripts.js';
import type { AuditScript } from './script.js';
import type { Io } from './stage.js';
import { runTraced } from './strace.js';
import { NOTHING_BEFORE, type StoreBefore } from './traced-store.js';

export interface Audit {
  readonly script: string;
  readonly io: Io;
  readonly verdict: Verdict;
  /** Rule breaks, and what the script should have done and did not. */
  readonly problems: readonly string[];
  /** Where the trace was kept, if there are problems. */
  readonly kept: string | undefined;
}

const HERE = fileURLToPath(new URL('../../', import.meta.url));

/** `compiled` is the directory of the compiled project; by default the one this file is of. */
export async function auditScript(name: string, io: Io, compiled = HERE): Promise<Audit> {
  const script = await loadScript(name);
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'lanedb-audit-'));
  const path = join(root, 'store');
  const task = { script: name, path, io, marks: join(root, 'marks') };
  if (script.prepare !== undefined) prepare(compiled, { ...task, part: 'prepare' });
  const before = lookAt(path, script);
  const file = join(root, 'trace');
  const traced = runTraced(childArguments(compiled, { ...task, part: 'run' }), {
    file,
    inject: script.inject,
  });
  const verdict = judgeTrace(traced.trace, { store: path, marks: task.marks }, before);
  const problems = verdict.violations.map(
    ({ rule, line, problem }) => `${rule}: line ${line}: ${problem}`,
  );
  if (traced.exitCode !== 0) {
    const end = traced.signal ?? `exit code ${traced.exitCode}`;
    problems.push(`the process ended with ${end}: ${traced.errors.trim()}`);
  }
  const lacking = script.lacks(verdict);
  if (lacking !== undefined) problems.push(`the script did not do its work: ${lacking}`);
  const isGood = problems.length === 0;
  if (isGood) rmSync(root, { recursive: true, force: true });
  return { script: name, io, verdict, problems, kept: isGood ? undefined : file };
}

function childArguments(compiled: string, task: ChildTask): string[] {
  return [join(compiled, 'test/audit/child.js'), JSON.stringify(task)];
}

/** The process may kill itself: what it leaves is what is wanted. */
function prepare(compiled: string, task: ChildTask): void {
  const found = spawnSync(process.execPath, childArguments(compiled, task), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (found.status === 0 || found.signal === 'SIGKILL') return;
  throw new Error(`the preparation of ${task.script} failed: ${String(found.stderr)}`);
}

function lookAt(path: string, script: AuditScript): StoreBefore {
  if (!existsSync(path)) return NOTHING_BEFORE;
  const superblock = join(path, 'superblock');
  const names = readdirSync(path);
  const fileSystem = new NodeFileSystem({ native: false });
  return {
    names,
    // A standby has none, or what an earlier life of the file left.
    withRecords: names.filter((name) => {
      const segment = parseSegmentName(name);
      return segment !== undefined && holdsRecords(fileSystem, path, segment);
    }),
    superblock: existsSync(superblock) ? readFileSync(superblock, 'latin1') : '',
    areNamesSynced: script.distrustsNames !== true,
    isRepairedInPlace: script.repairsInPlace === true,
  };
}
