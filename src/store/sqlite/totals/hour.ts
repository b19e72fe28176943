const HOUR = 3_600_000;

/** Hours since 1970 of a time in UTC ms. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR);
}
