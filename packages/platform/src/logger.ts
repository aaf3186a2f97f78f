import { pino, type Logger as PinoLogger } from 'pino';
import { errorFields } from './error-fields.ts';
import { createLineWriter } from './line-writer.ts';

export type Logger = PinoLogger;

/** Logs JSON lines to standard output, with secrets redacted. */
export function createLogger(options: { process: 'api' | 'worker' | 'standalone'; level: string }): Logger {
  const standardOutput = createLineWriter(1);
  process.once('exit', () => standardOutput.flushSync());
  return pino(
    {
      level: options.level,
      base: { process: options.process },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorFields(options.level) },
      formatters: { level: (label) => ({ level: label }) },
      redact: ['req.headers.authorization', 'password', 'token', 'secret'],
    },
    standardOutput,
  );
}
