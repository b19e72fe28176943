import type { Group } from '../report/question.js';
import { safeText } from './safe.js';

export const HEADINGS: Record<Group, string> = {
  cause: 'Cause',
  code: 'Code',
  enhanced: 'Enhanced',
  domain: 'Domain',
  provider: 'Provider',
  mx: 'MX',
  sender: 'Sender',
  'sender-domain': 'Sender domain',
  reply: 'Reply',
  host: 'Host',
  listing: 'Block list, subject',
  stage: 'Stage',
  outcome: 'Outcome',
};

/** A group's value as people read it. */
export function groupName(group: Group, key: string | number | null): string {
  if (group === 'sender' && key === '') return '<> (bounces)';
  return key === null ? '(none)' : safeText(String(key));
}
