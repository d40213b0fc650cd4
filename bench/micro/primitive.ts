// What a micro benchmark is: a primitive with a name, prepared once per process, then called many
// times. It returns a number that depends on its work, so that no loop can be optimised away.

export interface Primitive {
  readonly name: string;
  /** A target in nanoseconds per operation: then it is also measured by a run of the stores. */
  readonly target?: number;
  /** May throw when the primitive is not available here: it is then listed as skipped. */
  prepare(directory: string): Promise<Loop> | Loop;
}

export interface Loop {
  /** Does the work `iterations` times; gives a number that depends on all of it. */
  run(iterations: number): number | Promise<number>;
  /** What must be done between two samples, and is not measured. */
  rest?(): Promise<void> | void;
  /** Frees what prepare() took. */
  close?(): Promise<void> | void;
}
