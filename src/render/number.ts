/** A whole number with thousands separators. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}
