import { CommandError } from './command-error.ts';

/** The server was silent for too long. */
export class TimeoutReached extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
    this.name = 'TimeoutReached';
  }
}

/** The API gave no usable response. Sending again may help if `isTransient`. */
export class Unreachable extends CommandError {
  readonly isTransient: boolean;

  constructor(message: string, isTransient: boolean, cause?: unknown) {
    super(message, {}, { cause });
    this.name = 'Unreachable';
    this.isTransient = isTransient;
  }
}

/** Describes an error of `node:http` in terms of HOURGLASS_URL. */
export function networkFailure(error: unknown, { protocol, origin, hostname }: URL): Unreachable {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const failure = (problem: string, isTransient = false) =>
    new Unreachable(`cannot reach ${origin}: ${problem}`, isTransient, error);
  const maybeStarting = (reason: string) =>
    failure(`is it running? (${reason}; HOURGLASS_URL names the server)`, true);
  if (error instanceof TimeoutReached) return maybeStarting(error.message);
  if (code === 'ENOTFOUND') {
    return failure(`no host is named "${hostname}"; expected HOURGLASS_URL with the host name of the API`);
  }
  if (certificateProblems.has(code) || code.startsWith('CERT_')) {
    return failure(`its certificate is not trusted: ${certificateProblem(code)}`);
  }
  if (protocol === 'https:' && (code === 'EPROTO' || code.startsWith('ERR_SSL_'))) {
    return failure('the server does not speak TLS; expected http:// in place of https://');
  }
  if (protocol === 'http:' && code.startsWith('HPE_')) {
    return failure('the server does not speak HTTP; expected https:// in place of http://, or another port');
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    const hint = protocol === 'http:' ? '; a server with TLS needs https://' : '';
    return failure(`the connection was closed before the response was complete${hint}`, true);
  }
  return maybeStarting(connectProblems[code] ?? (code === '' ? messageOf(error) : code));
}

const connectProblems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EAI_AGAIN: 'its name cannot be resolved now',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer',
};

const selfSigned =
  'no known authority signed it; NODE_EXTRA_CA_CERTS=FILE adds an authority, such as your own';
const certificateProblems: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', selfSigned],
  ['SELF_SIGNED_CERT_IN_CHAIN', selfSigned],
  ['UNABLE_TO_GET_ISSUER_CERT', selfSigned],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', selfSigned],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', selfSigned],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'it is for another host name'],
  ['CERT_HAS_EXPIRED', 'it has expired'],
  ['CERT_NOT_YET_VALID', 'it is not valid yet; the clocks may differ'],
]);

function certificateProblem(code: string): string {
  return certificateProblems.get(code) ?? code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
