/** Text from strangers must not become markup, a link or an image. */
export function markdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#!|~&]/g, (character) => (character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`));
}
