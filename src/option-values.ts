// Checks of option values, for everybody who takes options: a wrong type is a TypeError, a number
// out of its range a RangeError; both name the option.

export function integerOption(
  given: Record<string, unknown>,
  name: string,
  range: { min: number; max: number; fallback: number },
): number {
  const value = given[name];
  if (value === undefined) return range.fallback;
  if (typeof value !== 'number') throw new TypeError(`option ${name} must be a number`);
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    throw new RangeError(
      `option ${name} must be a whole number from ${range.min} to ${range.max}, not ${value}`,
    );
  }
  return value;
}

export function booleanOption(
  given: Record<string, unknown>,
  name: string,
  fallback: boolean,
): boolean {
  const value = given[name];
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw new TypeError(`option ${name} must be true or false`);
  return value;
}

export function oneOfOption<T extends string>(
  given: Record<string, unknown>,
  name: string,
  allowed: readonly [T, ...T[]],
): T {
  const value = given[name];
  if (value === undefined) return allowed[0];
  const found = allowed.find((one) => one === value);
  if (found === undefined) {
    throw new TypeError(
      `option ${name} must be one of ${allowed.map((one) => `'${one}'`).join(', ')}`,
    );
  }
  return found;
}
