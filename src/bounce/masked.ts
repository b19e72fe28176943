import type { Mta } from '../log/record.js';
import { isMeaningfulName } from './names.js';
import { type Reply, readReply } from './reply.js';
import type { Stage } from './stage.js';
import { type MaskContext, maskReply } from './template.js';

/** A reply as it is looked up: what varies from mail to mail is masked. No rules are needed to tell it. */
export interface MaskedReply extends Omit<Reply, 'text'> {
  template: string;
  values: string[];
}

/** The stage that our own MTA's words show is looked for once for each template, not for each reply. */
export const laterByTemplate = (): Stage => 'unknown';

/** Reads what an MTA logged for one try. @param dsn the status our own MTA attached */
export function maskedReply(text: string, mta: Mta, dsn: string | null, transport: string | null, context: MaskContext): MaskedReply {
  return masked(readReply(text, mta, dsn, transport, laterByTemplate), context);
}

export function masked({ text, code, enhanced, stage }: Reply, context: MaskContext): MaskedReply {
  const { template, values } = maskReply(text, context, isMeaningfulName);
  return { template, values, code, enhanced, stage };
}
