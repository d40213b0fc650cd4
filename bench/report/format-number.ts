// Numbers as people read them in the table, the plot and the targets.

/** Three significant digits, with thousands as k and millions as M. */
export function formatNumber(value: number | null): string {
  if (value === null) return '-';
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(size >= 1e7 ? 1 : 2)} M`;
  if (size >= 1e4) return `${(value / 1e3).toFixed(size >= 1e5 ? 0 : 1)} k`;
  if (size >= 1000) return value.toFixed(0);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
