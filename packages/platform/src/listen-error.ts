import { StartError } from './start-error.ts';

/** Describes why a server cannot listen, with the setting to change. `error` is Node's. */
export function listenError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): StartError {
  return new StartError(describe(error as NodeJS.ErrnoException, host, port), { cause: error });
}

function describe({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `HOURGLASS_PORT: port ${port} of ${host} is already in use; stop the other process, or choose another port`;
    case 'EACCES':
      return `HOURGLASS_PORT: this process may not listen on port ${port}; expected a port from 1024`;
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOURGLASS_HOST: ${host} is no address of this machine (${code}); expected one, such as 127.0.0.1 or 0.0.0.0`;
    case undefined:
    default:
      return `HOURGLASS_HOST, HOURGLASS_PORT: cannot listen on port ${port} of ${host} (${message}); expected a free address`;
  }
}
