// Asks the kernel to back shared memory with 2 MiB pages: fewer TLB misses in large tables.
// Best effort: nothing happens without koffi, on other systems, where transparent huge pages are
// off, or for memory without one whole aligned huge page. Content is never changed.
import { loadNativeLibrary, MADV_HUGEPAGE } from './native-library.js';

const HUGE_PAGE_BYTES = 2 * 1024 * 1024;

/** Advises huge pages for the aligned inner part of `buffer`. Never throws. */
export function adviseHugePages(buffer: SharedArrayBuffer): void {
  if (buffer.byteLength < HUGE_PAGE_BYTES) return;
  const native = loadNativeLibrary();
  if (native === undefined) return;
  const first = native.addressOf(new Uint8Array(buffer));
  const huge = BigInt(HUGE_PAGE_BYTES);
  const start = ((first + huge - 1n) / huge) * huge;
  const end = ((first + BigInt(buffer.byteLength)) / huge) * huge;
  // A kernel without huge pages refuses; the memory works as before.
  if (end > start) native.advise(start, Number(end - start), MADV_HUGEPAGE);
}
