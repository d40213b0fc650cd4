// What an open log is made of.

import type { SuperblockWriter } from '../directory/superblock-writer.js';
import type { DirectoryLock } from '../io/directory-lock.js';
import type { LogStart } from '../recovery/log-cursor.js';
import type { Background } from '../sync/background.js';
import type { Environment } from '../threads/environment.js';
import type { LogContext } from '../wal/segment-spec.js';
import type { LogSettings } from './log-options.js';

/** A log that is to be opened. */
export interface LogRequest {
  environment: Environment;
  directory: string;
  settings: LogSettings;
  isMapped: boolean;
}

/** A log ready to be written. */
export interface OpenedLog {
  context: LogContext;
  pool: SharedArrayBuffer;
  superblock: SuperblockWriter;
  /** Segments from the beginning on, the active one last. */
  places: LogStart[];
  epoch: number;
  recovery: LogRecovery;
}

/** What an open found. */
export interface LogRecovery {
  /** `new`: there was none. `clean`: it was closed. `unclean`: its process died, or the power. */
  outcome: 'new' | 'clean' | 'unclean';
  /** Records read, the log's own ones included. */
  records: number;
  /** Records behind the end that were given up: never acknowledged, one before them is missing. */
  droppedRecords: number;
}

export interface LogParts {
  opened: OpenedLog;
  settings: LogSettings;
  environment: Environment;
  lock: DirectoryLock;
  background: Background;
}
