import type { ApiMetrics, Logger } from '@hourglass/platform';
import type { SignInObserver } from '@hourglass/reports';

/** One line in this time, with the number of those that were left out since the last one. */
const logEveryMs = 1_000;

/** Counts hashes and refusals, and logs wrong passwords without the password. */
export function createSignInObserver(
  metrics: Pick<ApiMetrics, 'countPasswordHash' | 'countPasswordRefusal'>,
  log: Pick<Logger, 'warn'>,
): SignInObserver {
  let loggedAtMs = -Infinity;
  let leftOut = 0;

  function logRefusal(fields: object): void {
    if (performance.now() - loggedAtMs < logEveryMs) {
      leftOut += 1;
      return;
    }
    log.warn({ ...fields, leftOut }, 'a password was refused');
    loggedAtMs = performance.now();
    leftOut = 0;
  }

  return {
    hashed: () => metrics.countPasswordHash(),
    failed(attempt) {
      metrics.countPasswordRefusal('wrong');
      logRefusal({ reason: 'wrong', ...attempt });
    },
    refused(reason, attempt) {
      metrics.countPasswordRefusal(reason);
      logRefusal({ reason, ...attempt });
    },
  };
}
