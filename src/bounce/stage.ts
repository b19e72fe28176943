/** Where in the conversation it was said. */
export const STAGES = ['connect', 'helo', 'mail', 'rcpt', 'data', 'eod', 'dns', 'tls', 'local', 'unknown'] as const;
export type Stage = (typeof STAGES)[number];
