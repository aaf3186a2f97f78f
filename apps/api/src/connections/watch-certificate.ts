import type { ApiMetrics, Logger } from '@hourglass/platform';
import { describeValidity, readCertificate, type Certificate } from './certificate.ts';

export interface CertificateWatch {
  close(): void;
}

export interface CertificateWatchOptions {
  readonly use: (certificate: Certificate) => void;
  readonly metrics: Pick<ApiMetrics, 'watchCertificate'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly everyMs?: number;
}

/**
 * Reads the files of a certificate again and again, because tools replace them by renames, links and
 * copies, and calls `use` for each new pair. A faulty pair is not used. It is logged once, and only
 * when two readings find the same fault: the two files are rarely replaced at the same time.
 */
export function watchCertificate(
  first: Certificate,
  { use, metrics, log, everyMs = 5_000 }: CertificateWatchOptions,
): CertificateWatch {
  let current = first;
  let problem = describeValidity(first, Date.now());
  let logged: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  const note = (found: string | null) => {
    if (found !== null && found === problem && found !== logged) log.warn(found);
    if (found === null || found === problem) logged = found;
    problem = found;
  };
  const look = async () => {
    try {
      const found = await readCertificate(first.files);
      if (!found.cert.equals(current.cert) || !found.key.equals(current.key)) {
        current = found;
        use(found);
        log.info({ validUntil: new Date(found.validUntilMs) }, 'using the new certificate');
      }
      note(describeValidity(current, Date.now()));
    } catch (error) {
      note(`${(error as Error).message}; new connections keep the former certificate`);
    }
    schedule();
  };
  const schedule = () => {
    if (!isClosed) timer = setTimeout(() => void look(), everyMs).unref();
  };
  note(problem);
  metrics.watchCertificate(() => current.validUntilMs);
  schedule();
  return {
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
