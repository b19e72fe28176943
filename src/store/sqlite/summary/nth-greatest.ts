/** The value at a place when the greatest stands first; -Infinity where there are fewer. @param place from 1 on */
export function nthGreatest(values: Float64Array | Int32Array, place: number): number {
  // The best so far, the worst of them first: nearly all others are told from it by one look.
  const best = new Float64Array(place).fill(Number.NEGATIVE_INFINITY);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (value <= (best[0] as number)) continue;
    let at = 0;
    for (; at + 1 < place && (best[at + 1] as number) < value; at++) best[at] = best[at + 1] as number;
    best[at] = value;
  }
  return best[0] as number;
}
