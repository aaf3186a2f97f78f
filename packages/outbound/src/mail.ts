import { isIP } from 'node:net';
import type { MailSender, SendOutcome } from '@hourglass/reports';
import { createTransport } from 'nodemailer';

export interface MailSettings {
  /** `smtp:` or `smtps:`, with user and password. */
  readonly url: string;
  readonly from: string;
  readonly timeoutMs: number;
}

const maxConnections = 2;

/** Sends mail through the operator's server, over a few connections that are kept. */
export function createMailSender({ url, from, timeoutMs }: MailSettings): MailSender & { close(): void } {
  const transport = createTransport({
    ...serverOf(url),
    pool: true,
    maxConnections,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ id, to, subject, text }, signal) {
      signal.throwIfAborted();
      try {
        // The same id at every attempt, by which mail servers recognize a repetition.
        const messageId = `<${id}@hourglass>`;
        const sent = await transport.sendMail({ from, to: [...to], subject, text, messageId });
        const { rejected, rejectedErrors = [] } = sent;
        if (rejected.length === 0) return { kind: 'delivered', status: null };
        const isFinal = rejectedErrors.every(({ responseCode = 0 }) => responseCode >= 500);
        return failed(`the mail server refused ${rejected.length} of ${to.length} recipients`, isFinal);
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function serverOf(text: string) {
  const url = new URL(text);
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replaceAll(/[[\]]/g, '');
  const auth =
    url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } };
  return {
    host,
    secure,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    // Password and links must not cross a network in plain text.
    requireTLS: !secure && !isThisMachine(host),
    ...auth,
  };
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A reply of 5xx is permanent, unless it is about the sender's rights, which an operator can mend. */
function outcomeOf(error: unknown): SendOutcome {
  const { responseCode, code = '' } = error as { readonly responseCode?: number; readonly code?: string };
  if (responseCode !== undefined)
    return failed(`the mail server replied ${responseCode}`, code === 'EENVELOPE' && responseCode >= 500);
  return failed(
    code === 'ETIMEDOUT'
      ? 'the mail server did not respond'
      : `the mail server is not reachable${code && ` (${code})`}`,
    false,
  );
}

function failed(error: string, isFinal: boolean): SendOutcome {
  return { kind: 'failed', status: null, error, retryAfterMs: null, isFinal, isGone: false };
}
