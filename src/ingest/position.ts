import { NO_LINES } from '../log/kinds.js';
import { compare, HEAD_BYTES, hash, startsLike } from '../source/identity.js';
import type { ContentSource, Source } from '../source/source.js';
import type { IngestStore, SourcePosition } from '../store/store.js';

/** Where to go on in a source, and what its content began with when that was found out. */
export interface Located {
  position: SourcePosition;
  head: Buffer;
}

/** Where an earlier run stopped in this source, or the start of a new one. */
export async function locate(source: Source, store: IngestStore): Promise<Located> {
  const head = source.kind === 'content' ? await source.head(HEAD_BYTES) : Buffer.alloc(0);
  const position = source.kind === 'content' ? await positionInContent(source, head, store) : positionOfKey(await source.key(), source.name, store);
  return { position, head };
}

async function positionInContent(source: ContentSource, head: Buffer, store: IngestStore): Promise<SourcePosition> {
  const alike = store.sourcesByHead((length, headHash) => startsLike(head, length, headHash));
  for (const known of alike) {
    const comparison = await compare(source, head, known);
    if (comparison === 'same') return { ...known, name: source.name };
    if (comparison === 'shorter') return known;
  }
  return newPosition(source.name, '');
}

/** A source with a key has no content to compare: the key stands where the hash of the first bytes would. */
function positionOfKey(key: string, name: string, store: IngestStore): SourcePosition {
  const keyHash = hash(Buffer.from(key));
  return store.sourcesByHead((length, headHash) => length === 0 && headHash === keyHash)[0] ?? newPosition(name, keyHash);
}

function newPosition(name: string, headHash: string): SourcePosition {
  return {
    id: null,
    name,
    headLength: 0,
    headHash,
    tailLength: 0,
    tailHash: '',
    position: 0,
    cursor: null,
    lastTime: 0,
    kinds: { ...NO_LINES },
  };
}
