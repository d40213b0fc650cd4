// Reading what strace wrote: whole calls, calls that other threads interrupt, calls that never came
// back, strings with anything in them.

import test from 'ava';

import { descriptorPath, parseTrace, unquote } from './parse-trace.js';

test('a call has a thread, a name, arguments and a result', (t) => {
  const [call] = parseTrace(
    '12 openat(AT_FDCWD</home>, "/s/LOCK", O_RDWR|O_CREAT|O_EXCL, 0600) = 19</s/LOCK>\n',
  );
  t.deepEqual(call, {
    thread: 12,
    name: 'openat',
    args: ['AT_FDCWD</home>', '"/s/LOCK"', 'O_RDWR|O_CREAT|O_EXCL', '0600'],
    result: '19</s/LOCK>',
    errno: undefined,
    line: 1,
    enteredAt: 2,
    leftAt: 3,
  });
});

test('a call that others interrupt is entered on one line and left on another', (t) => {
  const calls = parseTrace(
    [
      '1 fdatasync(3</s/a> <unfinished ...>',
      '2 pwrite64(4</s/b>, "x", 1, 0 <unfinished ...>',
      '2 <... pwrite64 resumed>)                = 1',
      '1 <... fdatasync resumed>)               = -1 EIO (Input/output error) (INJECTED)',
    ].join('\n'),
  );
  t.deepEqual(
    calls.map(({ name, enteredAt, leftAt, result, errno }) => [
      name,
      enteredAt,
      leftAt,
      result,
      errno,
    ]),
    [
      ['fdatasync', 2, 9, '-1', 'EIO'],
      ['pwrite64', 4, 7, '1', undefined],
    ],
  );
});

test('a call that never came back is never left', (t) => {
  const calls = parseTrace('1 fsync(3</s> <unfinished ...>\n1 +++ killed by SIGKILL +++');
  t.is(calls[0]?.result, '?');
  t.is(calls[0]?.leftAt, Number.POSITIVE_INFINITY);
  t.is(parseTrace('1 fsync(3</s>) = ?')[0]?.result, '?');
});

test('signals and ends of threads are no calls', (t) => {
  const lines = ['1 --- SIGCHLD {si_signo=SIGCHLD} ---', '1 +++ exited with 0 +++', ''];
  t.deepEqual(parseTrace(lines.join('\n')), []);
});

test('strings may hold quotes, brackets, commas and bytes of every kind', (t) => {
  const [call] = parseTrace('1 write(5</m>, "a\\"), <b\\\\ [\\x00\\xff\\n\\7"..., 20) = 20');
  t.is(call?.args.length, 3);
  t.is(unquote(call?.args[1] ?? ''), 'a"), <b\\ [\x00\xff\n\x07');
  t.is(call?.args[2], '20');
});

test('structures are one argument', (t) => {
  const [call] = parseTrace('1 writev(5</m>, [{iov_base="a, b", iov_len=4}, {iov_len=0}], 2) = 4');
  t.deepEqual(call?.args, ['5</m>', '[{iov_base="a, b", iov_len=4}, {iov_len=0}]', '2']);
});

test('a descriptor names its file, another argument none', (t) => {
  t.is(descriptorPath('28</s/wal-l00-0000000001.log>'), '/s/wal-l00-0000000001.log');
  t.is(descriptorPath('AT_FDCWD</home>'), '/home');
  t.is(descriptorPath('"/s/3</x>"'), undefined);
  t.is(descriptorPath('-1'), undefined);
});

test('a line that is no call is an error, and so is an end without a beginning', (t) => {
  t.throws(() => parseTrace('1 what is this'), { message: /line 1/ });
  t.throws(() => parseTrace('1 <... fsync resumed>) = 0'), { message: /never began/ });
});
