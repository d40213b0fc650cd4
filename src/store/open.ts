// Opening of a store: judge the path, take the lock, bring the log into memory, and go.

import { IS_BUFFERED } from '../control/control-block.js';
import { chooseMedium } from '../directory/choose-medium.js';
import { judgeDirectory } from '../directory/judge-directory.js';
import { SUPERBLOCK_NAME } from '../format/file-name.js';
import type { DirectoryLock } from '../io/directory-lock.js';
import type { KeyEncoding, KeyOf } from '../keys/key.js';
import { keyCodec } from '../keys/key-codec.js';
import type { Environment } from '../threads/environment.js';
import { nodeEnvironment } from '../threads/environment.js';
import type { ValueEncoding, ValueOf } from '../values/value.js';
import { valueCodec } from '../values/value-codec.js';
import { Engine } from './engine.js';
import type { OpenRequest } from './loader.js';
import { createLog, openLog } from './open-log.js';
import type { OpenOptions, Settings } from './options.js';
import { readOptions } from './options.js';
import { ReadPath } from './read-path.js';
import { Store } from './store.js';

/**
 * Opens the store in the directory `path`, or makes one. What was acknowledged is there when the
 * promise resolves, and durable. Rejects with TypeError or RangeError (options), STORE_NOT_FOUND,
 * NOT_A_STORE, STORE_LOCKED, FORMAT_UNSUPPORTED, CORRUPT (with file and offset), DISK_FULL,
 * IO_ERROR; a store is unchanged then.
 */
export function open<KE extends KeyEncoding = 'ordered', VE extends ValueEncoding = 'msgpack'>(
  path: string,
  options?: OpenOptions<KE, VE>,
): Promise<Store<KeyOf<KE>, ValueOf<VE>>> {
  return openIn(nodeEnvironment(), path, options);
}

/** Like open(), in a given environment. */
export async function openIn<
  KE extends KeyEncoding = 'ordered',
  VE extends ValueEncoding = 'msgpack',
>(
  environment: Environment,
  path: string,
  options?: OpenOptions<KE, VE>,
): Promise<Store<KeyOf<KE>, ValueOf<VE>>> {
  const settings = readOptions(path, options);
  const keys = keyCodec(settings.keyEncoding as KE);
  const values = valueCodec(settings.valueEncoding as VE);
  const engine = await openEngine(environment, path, settings);
  return new Store(engine, new ReadPath(engine, keys, values));
}

async function openEngine(
  environment: Environment,
  directory: string,
  settings: Settings,
): Promise<Engine> {
  const { fileSystem } = environment;
  const isNew = judgeDirectory(fileSystem, directory, settings, 'store');
  const lock = environment.lock(directory, settings.readOnly);
  try {
    const isMapped = chooseMedium(fileSystem, directory, settings.io);
    const request: OpenRequest = { directory, settings, environment, isMapped };
    // What the path is may have changed while somebody else held the lock.
    const isStillNew =
      isNew && fileSystem.kind(fileSystem.join(directory, SUPERBLOCK_NAME)) === 'none';
    const opened = isStillNew ? createLog(request) : await openLog(request);
    const { control } = opened.log;
    control.words[IS_BUFFERED] = isMapped ? 0 : 1;
    const background = environment.background(control, {
      control: control.buffer,
      pool: opened.log.pool,
      directory,
      storeId: opened.context.storeId,
      isMapped,
      segmentBytes: settings.segmentBytes,
      syncDelayMs: settings.syncDelayMs,
    });
    return new Engine({ opened, settings, environment, lock, background });
  } catch (error) {
    releaseAfterFailure(lock);
    throw error;
  }
}

/**
 * The failure of the open is what the caller learns; the lock ends with the process at the latest.
 */
function releaseAfterFailure(lock: DirectoryLock): void {
  lock.release();
}
