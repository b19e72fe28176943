import { readFileSync } from 'node:fs';
import { ownFile } from '../files.js';

/** The version in package.json, the only place that names it. */
export function packageVersion(): string {
  const text = readFileSync(ownFile('package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
