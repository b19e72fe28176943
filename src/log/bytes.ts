/** Bytes that can be read four at a time: comparing texts in place took four times as long byte by byte. */
export interface Bytes {
  readonly bytes: Buffer;
  readonly words: DataView;
}

export function bytesOf(bytes: Buffer): Bytes {
  return { bytes, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** Whether `a[aAt, aAt + length)` are the bytes of `b[bAt, …)`; all of them must be there. */
export function areSame(a: Bytes, aAt: number, b: Bytes, bAt: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) if (a.bytes[aAt + i] !== b.bytes[bAt + i]) return false;
    return true;
  }
  // From the end, where texts that begin alike differ; the first word may overlap the second.
  for (let i = length - 4; i > 0; i -= 4) if (a.words.getInt32(aAt + i) !== b.words.getInt32(bAt + i)) return false;
  return a.words.getInt32(aAt) === b.words.getInt32(bAt);
}
