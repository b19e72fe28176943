import { hostname, userInfo } from 'node:os';
import { UserError } from '../errors.js';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Where every MTA puts its own (FHS 3.0). */
export const SENDMAIL = '/usr/sbin/sendmail';

/**
 * Hands a mail to the local sendmail(8), addresses as arguments of its own, no shell. Line breaks in what becomes a header are
 * folded or encoded by the composer.
 * @throws UserError when it is not taken
 */
export async function sendMail({ to, subject, text, html }: Mail, sendmail: string): Promise<void> {
  if (!/^[^\s<>,;:"'()[\]\\-][^\s<>,;:"'()[\]\\]*$/.test(to)) {
    throw new UserError(`--mail takes one address like postmaster@example.com; not "${to}"`, { exitCode: 2 });
  }
  const { default: nodemailer } = await import('nodemailer');
  const from = `${userInfo().username}@${hostname()}`;
  // The composer drops names without a domain (`postmaster`), which sendmail knows well: the recipient goes there as it is.
  const transport = nodemailer.createTransport({ sendmail: true, path: sendmail, newline: 'unix', args: ['-f', from, '--', to] });
  const shown = to.includes('@') ? to : `${to}@${hostname()}`;
  try {
    await transport.sendMail({
      from: { name: 'bouncelog', address: from },
      envelope: { from, to: [] },
      subject,
      text,
      html,
      headers: { To: shown, 'Auto-Submitted': 'auto-generated' },
    });
  } catch (error) {
    throw new UserError(`${sendmail}: ${(error as Error).message}`, {
      hint: 'Check that a mail server is installed, or name its sendmail with --sendmail.',
      cause: error,
    });
  }
}
