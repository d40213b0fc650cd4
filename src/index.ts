// The public API of LaneDB.

export type { CommitFacts, Operation } from './check-operations.js';
export type { LaneErrorCode, LaneErrorPlace } from './errors.js';
export { isLaneError, LaneError } from './errors.js';
export type { Key, KeyEncoding, KeyOf } from './keys/key.js';
export type { PutOptions } from './store/check-arguments.js';
export { open } from './store/open.js';
export type { OpenOptions } from './store/options.js';
export type { OpenProgress } from './store/progress.js';
export type { RangeOptions, RangeView } from './store/range.js';
export type { Entry } from './store/read-path.js';
export type { MissingRange, SalvagedFile, SalvageLoss, SalvageReport } from './store/salvage.js';
export { salvage } from './store/salvage.js';
export type { SalvageOptions, SalvageProgress } from './store/salvage-options.js';
export type { Snapshot } from './store/snapshot.js';
export type { LaneStats, RecoveryReport, StoreStats } from './store/stats.js';
export type { Store, StoreRange } from './store/store.js';
export type { Transaction } from './store/transaction.js';
export type { WriteCondition } from './store/write-path.js';
export type { CustomValueEncoding, ValueEncoding, ValueOf } from './values/value.js';
