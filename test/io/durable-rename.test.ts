// A file replaced at once: content first, then its name, then the directory.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';

import { durableRename, replaceFile } from '../../src/io/durable-rename.js';
import type { WritableFile } from '../../src/io/file-system.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Writes down the calls that matter for durability. */
class RecordingFileSystem extends NodeFileSystem {
  readonly calls: string[] = [];
  failAt = '';

  override create(path: string): WritableFile {
    const file = super.create(path);
    const { sync, write, close } = file;
    file.write = (source, start, bytes, position) => {
      this.#note('write');
      write.call(file, source, start, bytes, position);
    };
    file.sync = () => {
      this.#note('sync');
      sync.call(file);
    };
    file.close = () => {
      this.#note('close');
      close.call(file);
    };
    return file;
  }

  override rename(from: string, to: string): void {
    this.#note('rename');
    super.rename(from, to);
  }

  override syncDirectory(path: string): void {
    this.#note('syncDirectory');
    super.syncDirectory(path);
  }

  #note(call: string): void {
    this.calls.push(call);
    if (call === this.failAt) throw new Error(`planted in ${call}`);
  }
}

const CONTENT = Buffer.from('new content');

test('a rename is followed by a sync of the directory', (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new RecordingFileSystem();
  writeFileSync(join(directory, 'a'), 'x');
  durableRename(fileSystem, directory, 'a', 'b');
  t.deepEqual(fileSystem.calls, ['rename', 'syncDirectory']);
  t.deepEqual(readdirSync(directory), ['b']);
});

test('content is synced before it gets its name, the directory after', (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new RecordingFileSystem();
  replaceFile(fileSystem, directory, 'a', CONTENT);
  t.deepEqual(fileSystem.calls, ['write', 'sync', 'close', 'rename', 'syncDirectory']);
  t.deepEqual(readFileSync(join(directory, 'a')), CONTENT);
  replaceFile(fileSystem, directory, 'a', Buffer.from('2'));
  t.is(readFileSync(join(directory, 'a'), 'latin1'), '2');
  t.deepEqual(readdirSync(directory), ['a']);
});

test('a failure anywhere leaves the old file whole, and the next attempt succeeds', (t) => {
  for (const failAt of ['write', 'sync', 'close', 'rename']) {
    const directory = temporaryDirectory(t);
    const fileSystem = new RecordingFileSystem();
    writeFileSync(join(directory, 'a'), 'old');
    fileSystem.failAt = failAt;
    t.throws(() => replaceFile(fileSystem, directory, 'a', CONTENT), { message: /planted/ });
    t.is(readFileSync(join(directory, 'a'), 'latin1'), 'old');
    fileSystem.failAt = '';
    replaceFile(fileSystem, directory, 'a', CONTENT);
    t.deepEqual(readFileSync(join(directory, 'a')), CONTENT);
    t.deepEqual(readdirSync(directory), ['a']);
  }
});
