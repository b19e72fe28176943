/** A whole number with thousands separators. Not by `Intl`, which takes up to 20 ms for its first number. */
export function count(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A share (0-1) in percent: `4.2%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size in bytes, in the greatest unit of a thousand: `12.3 MB`. */
export function bytes(n: number): string {
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
