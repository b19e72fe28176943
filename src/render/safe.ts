/**
 * Text from strangers, made harmless for a terminal: control characters (also the C1 ones and those that turn
 * the writing direction) are shown, not obeyed.
 */
const DANGEROUS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function safeText(text: string): string {
  return text.replaceAll(DANGEROUS, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
