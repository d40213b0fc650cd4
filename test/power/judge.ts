// Judges what a power cut left: the store opens, holds an allowed prefix and nothing else, and what it
// holds stays: after another cut, after a kill, after more writes and after a clean close.

import { SUPERBLOCK_NAME } from '../../src/format/file-name.js';
import { recover } from '../../src/recovery/recover.js';
import { openIn } from '../../src/store/open.js';
import { Choices } from '../support/choices.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import type { CutState } from './cut-collector.js';
import type { Content, Expectation } from './history.js';
import { isSameContent } from './history.js';
import { DIRECTORY, readContent, Session, type SessionOptions, STORE_OPTIONS } from './session.js';

/** What is wrong with the state, or undefined. */
export async function judge(
  state: CutState,
  seed: number,
  options: SessionOptions,
): Promise<string | undefined> {
  const choices = new Choices(seed);
  try {
    const reader = choices.chance(0.1) ? await readOnly(state.disk) : undefined;
    const found = await judgeOpen(state.disk, state.expected, { ...options, ...medium(choices) });
    if (reader !== undefined && !isSameContent(reader, found.content())) {
      throw new Error('a read-only open shows another content');
    }
    await judgeAfter(found, choices, options);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${text}\n  ${state.where}`;
  }
}

/** Opens the disk and compares; the session goes on with what is there. */
export async function judgeOpen(
  disk: TestDisk,
  expected: Expectation,
  options: SessionOptions,
): Promise<Session> {
  const opened = await Session.open(disk, options);
  const content = opened.content();
  const { history } = expected;
  const prefix = history.prefixOf(content, expected);
  if (prefix === undefined) throw new Error(history.explain(content, expected));
  return new Session(opened.store, opened.environment, history.upTo(prefix));
}

async function judgeAfter(
  session: Session,
  choices: Choices,
  options: SessionOptions,
): Promise<void> {
  const { disk } = session;
  const what = choices.weighted({ cut: 5, kill: 2, write: 4, close: 2 });
  if (what === 'cut') {
    const cut = disk.cut(choices.below(1000), 'lose-all-unsynced');
    await sameAgain(cut, session.content(), options);
  } else if (what === 'kill') {
    await sameAgain(disk.kill(), session.content(), options);
  } else if (what === 'write') {
    await writeOn(session, choices, options);
  }
  const last = session.content();
  await session.close();
  disk.assertNoLateStores();
  if (what !== 'close') return;
  refuseLitter(disk);
  await sameAgain(disk.cut(choices.below(1000), 'lose-all-unsynced'), last, options);
}

/** What an open for reading shows; it changes no byte. */
async function readOnly(disk: TestDisk): Promise<Content | undefined> {
  if (disk.kind(`${DIRECTORY}/${SUPERBLOCK_NAME}`) === 'none') return undefined;
  const copy = disk.kill();
  const before = copy.stateHash();
  const settings = { ...STORE_OPTIONS, readOnly: true };
  const store = await openIn(new TestEnvironment(copy), DIRECTORY, settings);
  const content = readContent(store);
  await store.close();
  if (copy.stateHash() !== before) throw new Error('a read-only open changed a byte');
  return content;
}

/** A store that was closed has no file that it does not need. */
export function refuseLitter(disk: TestDisk): void {
  const { segments, leftovers } = recover(disk, DIRECTORY);
  const idle = segments.filter(({ role }) => role === 'standby' || role === 'leftover');
  const litter = [...leftovers, ...idle.map(({ file }) => file)];
  if (litter.length > 0) throw new Error(`files that nobody needs: ${litter.join(', ')}`);
}

/** Goes on writing, acknowledged and not, and cuts again. */
async function writeOn(session: Session, choices: Choices, options: SessionOptions): Promise<void> {
  const { disk } = session;
  const acknowledged = session.put('after', String(choices.below(1000)));
  session.sync();
  await acknowledged;
  refuseProblems(session);
  void session.batch([
    ['later', 'unacknowledged'],
    ['after', undefined],
  ]);
  const cut = disk.cut(choices.below(2 ** 31));
  await judgeOpen(cut, session.expectation(), options);
  session.sync();
  refuseProblems(session);
}

function refuseProblems(session: Session): void {
  if (session.problems.length > 0) throw new Error(session.problems.join('; '));
}

async function sameAgain(disk: TestDisk, before: Content, options: SessionOptions): Promise<void> {
  const again = await Session.open(disk, options);
  const content = again.content();
  if (!isSameContent(content, before)) {
    throw new Error(
      `another open gives another content: ${content.entries.size} keys after ${before.entries.size}`,
    );
  }
}

/** Now and then the other way to write. */
function medium(choices: Choices): SessionOptions {
  return choices.chance(0.1) ? { io: 'buffered' } : {};
}
