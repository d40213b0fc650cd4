// Opening of a store: judge the path, take the lock, bring the log into memory, and go.

import { IS_BUFFERED } from '../control/control-block.js';
import { isLaneError, LaneError } from '../errors.js';
import { parseSegmentName, SUPERBLOCK_NAME, segmentName } from '../format/file-name.js';
import type { DirectoryLock } from '../io/directory-lock.js';
import type { FileSystem } from '../io/file-system.js';
import type { KeyEncoding, KeyOf } from '../keys/key.js';
import { keyCodec } from '../keys/key-codec.js';
import { holdsRecords } from '../recovery/load-segment.js';
import { directoryKind, readSuperblock } from '../recovery/read-superblock.js';
import type { ValueEncoding, ValueOf } from '../values/value.js';
import { valueCodec } from '../values/value-codec.js';
import { Engine } from './engine.js';
import type { Environment } from './environment.js';
import { nodeEnvironment } from './environment.js';
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
  const isNew = judgePath(fileSystem, directory, settings);
  const lock = environment.lock(directory, settings.readOnly);
  try {
    const isMapped = chooseMedium(fileSystem, directory, settings);
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
 * True if a store is to be made here. Throws for what cannot be opened; makes only the directory.
 */
function judgePath(fileSystem: FileSystem, directory: string, settings: Settings): boolean {
  const kind = fileSystem.kind(directory);
  if (kind === 'file' || kind === 'other') {
    throw new LaneError('NOT_A_STORE', `${directory} is not a directory`, { file: directory });
  }
  const mayCreate = settings.createIfMissing && !settings.readOnly;
  if (kind === 'none') {
    if (!mayCreate) throw notFound(directory);
    fileSystem.makeDirectory(directory);
    return true;
  }
  const names = fileSystem.list(directory);
  const found = directoryKind(names);
  if (found === 'store') {
    refuseOtherFormat(fileSystem, directory);
    return false;
  }
  if (found === 'foreign') {
    throw new LaneError('NOT_A_STORE', `${directory} holds other files and no store`, {
      file: directory,
    });
  }
  for (const name of names) refuseOrphan(fileSystem, directory, name);
  if (!mayCreate) throw notFound(directory);
  return true;
}

/** What is not ours to open is refused before the lock changes a byte of it. */
function refuseOtherFormat(fileSystem: FileSystem, directory: string): void {
  try {
    readSuperblock(fileSystem, directory);
  } catch (error) {
    // Damage is judged under the lock: an owner may be in the middle of a write.
    if (!isLaneError(error, 'CORRUPT')) throw error;
  }
}

/**
 * A segment with records in a directory without a superblock is a store that lost it, not an empty
 * one.
 */
function refuseOrphan(fileSystem: FileSystem, directory: string, name: string): void {
  const parsed = parseSegmentName(name);
  if (parsed === undefined || !holdsRecords(fileSystem, directory, parsed)) return;
  throw new LaneError('CORRUPT', 'the superblock of the store is missing', {
    file: fileSystem.join(directory, segmentName(parsed.lane, parsed.generation)),
    offset: 0,
  });
}

function notFound(directory: string): LaneError {
  return new LaneError('STORE_NOT_FOUND', `there is no store in ${directory}`, { file: directory });
}

function chooseMedium(fileSystem: FileSystem, directory: string, settings: Settings): boolean {
  if (settings.io === 'buffered') return false;
  const canMap = fileSystem.canMap(directory);
  if (canMap || settings.io === 'auto') return canMap;
  throw new LaneError('IO_ERROR', `files in ${directory} cannot be mapped safely (option io)`, {
    file: directory,
  });
}

/**
 * The failure of the open is what the caller learns; the lock ends with the process at the latest.
 */
function releaseAfterFailure(lock: DirectoryLock): void {
  lock.release();
}
