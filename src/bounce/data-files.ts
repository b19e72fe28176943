import { readdirSync, readFileSync } from 'node:fs';
import { ownFile } from '../files.js';

/**
 * The data files of this folder (causes, rules, lists, providers), where an admin can look at them. From the sources all are read here;
 * the bundle reads the rules, and holds the others (see rolldown.config.mjs).
 */
const FOLDER = ownFile('src/bounce/');

/** One of these files. */
export function readDataText(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

/** The names of the built-in rule files, in their order. */
export function ruleFileNames(): string[] {
  return readdirSync(new URL('rules/', FOLDER))
    .filter((name) => name.endsWith('.toml'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => `rules/${name}`);
}
