// Which processes count as alive: all but those that have certainly ended.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

import test from 'ava';

import {
  isAlive,
  ownIdentity,
  type ProcessIdentity,
  type ProcessProbe,
} from '../../src/io/process-identity.js';
import { SystemCallError } from '../../src/io/system-error.js';

const testLinux = process.platform === 'linux' ? test : test.skip;
const IDENTITY: ProcessIdentity = { pid: 50, startTime: '700', bootId: 'boot-1' };

/** A file without a text is missing. */
interface Answers {
  isLinux?: boolean;
  bootId?: string | undefined;
  stat?: string | undefined;
  signalErrno?: number;
}

const ANSWERS: Answers = { bootId: 'boot-1\n', stat: statText('node', 'S', 7, '700') };

function statText(name: string, state: string, threads: number, startTime: string): string {
  const before = '1 50 50 0 -1 4194304 1 2 3 4 5 6 7 8 20 0';
  return `50 (${name}) ${state} ${before} ${threads} 0 ${startTime} 1000 200 1`;
}

/** A system that answers as told; ESRCH is 3, EPERM is 1, ENOENT is 2. */
function probe(changes: Answers): ProcessProbe {
  const answers = { ...ANSWERS, ...changes };
  const files = new Map<string, string | undefined>([
    ['/proc/sys/kernel/random/boot_id', answers.bootId],
    ['/proc/50/stat', answers.stat],
    ['/proc/self/stat', answers.stat],
  ]);
  return {
    pid: 50,
    isLinux: answers.isLinux ?? true,
    readText(path) {
      const text = files.get(path);
      if (text === undefined) throw new SystemCallError(2, 'open');
      return text;
    },
    signal() {
      if (answers.signalErrno !== undefined) throw new SystemCallError(answers.signalErrno, 'kill');
    },
  };
}

testLinux('this process is alive, and its start time is field 22 of its stat', (t) => {
  const own = ownIdentity();
  t.is(own.pid, process.pid);
  const stat = readFileSync('/proc/self/stat', 'latin1');
  t.is(own.startTime, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '');
  t.is(own.bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  t.true(isAlive(own));
});

testLinux('a real process is alive until it is killed', async (t) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const own = ownIdentity();
  const identity = { pid: child.pid ?? 0, startTime: '', bootId: own.bootId };
  t.true(isAlive(identity));
  t.false(isAlive({ ...identity, startTime: own.startTime.replace(/.$/, '') }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.false(isAlive(identity));
});

testLinux('a killed process that nobody waited for is dead', async (t) => {
  // The shell becomes sleep, which never waits for the child it got from the shell.
  const script = 'sleep 0.01 & echo $!; exec sleep 100';
  const parent = spawn('sh', ['-c', script]);
  t.teardown(() => parent.kill('SIGKILL'));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  await new Promise((resolve) => setTimeout(resolve, 300));
  t.notThrows(() => process.kill(pid, 0), 'the zombie still has its pid');
  t.false(isAlive({ pid, startTime: '', bootId: '' }));
});

test('the name of the command may hold blanks and parentheses', (t) => {
  for (const name of ['node', 'a b', 'x) S 1 2 3', '((', ')))']) {
    t.is(ownIdentity(probe({ stat: statText(name, 'S', 7, '987') })).startTime, '987');
  }
});

test('another boot, no such pid, another start time and a zombie are dead', (t) => {
  t.true(isAlive(IDENTITY, probe({})));
  t.false(isAlive(IDENTITY, probe({ bootId: 'boot-2\n' })));
  t.false(isAlive(IDENTITY, probe({ signalErrno: 3 })));
  t.false(isAlive(IDENTITY, probe({ stat: statText('node', 'S', 7, '701') })));
  t.false(isAlive(IDENTITY, probe({ stat: statText('node', 'Z', 1, '700') })));
  t.true(isAlive(IDENTITY, probe({ stat: statText('node', 'Z', 2, '700') })));
});

test('what cannot be found out counts as alive', (t) => {
  t.true(isAlive(IDENTITY, probe({ signalErrno: 1 })));
  t.true(isAlive(IDENTITY, probe({ signalErrno: 1, stat: undefined })));
  t.true(isAlive(IDENTITY, probe({ stat: undefined })));
  t.true(isAlive(IDENTITY, probe({ bootId: undefined })));
  t.true(isAlive({ ...IDENTITY, bootId: '' }, probe({})));
  t.true(isAlive({ ...IDENTITY, startTime: '' }, probe({})));
  t.true(isAlive(IDENTITY, probe({ stat: 'nonsense' })));
});

test('an identity holds only what a lock can keep, and nothing where nothing is known', (t) => {
  t.deepEqual(ownIdentity(probe({ bootId: 'two words', stat: '50 (x) S' })), {
    pid: 50,
    startTime: '',
    bootId: '',
  });
  t.deepEqual(ownIdentity(probe({ bootId: undefined, stat: undefined })), {
    pid: 50,
    startTime: '',
    bootId: '',
  });
});

test('on other systems the pid alone counts', (t) => {
  const elsewhere: Answers = { isLinux: false, bootId: 'boot-2' };
  t.deepEqual(ownIdentity(probe(elsewhere)), { pid: 50, startTime: '', bootId: '' });
  t.true(isAlive(IDENTITY, probe(elsewhere)));
  t.false(isAlive(IDENTITY, probe({ ...elsewhere, signalErrno: 3 })));
});
