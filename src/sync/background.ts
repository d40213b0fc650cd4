// What a store needs from its background threads. The real one runs a syncer and a preparer; tests
// run the same work inline, at moments of their choice.

export interface Background {
  /** How long a waiting thread looks for the end of a round before it sleeps; 0 = not at all. */
  readonly lookMs: number;
  /** Has the descriptors of prepared segments opened soon; a writer waits for it. */
  admitPrepared(): void;
  /** Has what is written made durable soon; a writer waits for a segment that is drained. */
  drain(): void;
  /** Makes sure that the threads run; called before the first write. Throws BACKGROUND_FAILED. */
  start(): void;
  /** Asks for a sync round: at once if somebody waits for it, else when the pace allows. */
  requestSync(isUrgent: boolean): void;
  /**
   * Blocks until the durable sequence may have changed from `seen` (low half, int32), for a bounded
   * time.
   */
  awaitDurable(seen: number): void;
  /** Keeps the process alive while true. */
  setReferenced(isReferenced: boolean): void;
  /** Ends the threads; resolves when they are gone. */
  stop(): Promise<void>;
}
