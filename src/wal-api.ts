// The public API of lanedb/wal: the write-ahead log alone.

export type { CommitFacts, Operation } from './check-operations.js';
export type { LaneErrorCode, LaneErrorPlace } from './errors.js';
export { isLaneError, LaneError } from './errors.js';
export type { FollowLogOptions } from './log/follow-log.js';
export { followLog } from './log/follow-log.js';
export type { Log, LogSegment } from './log/log.js';
export type { LogBytes } from './log/log-appender.js';
export type { LogContent, LogEntry, LogOperation } from './log/log-entry.js';
export type { LogOptions } from './log/log-options.js';
export type { LogRecovery } from './log/log-parts.js';
export type { LogStats } from './log/log-stats.js';
export { openLog } from './log/open-log.js';
export type { ReadLogOptions } from './log/read-log.js';
export { readLog } from './log/read-log.js';
