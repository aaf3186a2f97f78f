import type { ApiMetrics, Logger } from '@hourglass/platform';
import type { SignInObserver } from '@hourglass/reports';

/** One line in this time, with the number of those that were left out since the last one. */
const logEveryMs = 1_000;

/** Counts hashes and refusals, and logs wrong passwords and codes without the password or code. */
export function createSignInObserver(
  metrics: Pick<ApiMetrics, 'countPasswordHash' | 'countPasswordRefusal'>,
  log: Pick<Logger, 'warn'>,
): SignInObserver {
  let loggedAtMs = -Infinity;
  let leftOut = 0;

  function logRefusal(fields: object, what: 'password' | 'code' = 'password'): void {
    if (performance.now() - loggedAtMs < logEveryMs) {
      leftOut += 1;
      return;
    }
    log.warn({ ...fields, leftOut }, `a ${what} was refused`);
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
    codeRefused(reason, attempt) {
      metrics.countPasswordRefusal(`code_${reason}`);
      logRefusal({ reason, ...attempt }, 'code');
    },
  };
}
