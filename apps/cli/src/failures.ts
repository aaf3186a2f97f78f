import { CommanderError } from 'commander';
import { counted } from '@hourglass/contract/messages';
import type { LocalContext } from './command-context.ts';
import { CommandError, UsageError, type Fault } from './command-error.ts';
import { systemReason } from './system-errors.ts';

/** How a command ended without success. */
export interface Failure {
  /** 2 for wrong use, 1 for every other failure, 0 after a help text. */
  readonly exitCode: 0 | 1 | 2;
  /** One line. Null: everything is printed already. */
  readonly message: string | null;
  readonly faults: readonly Fault[];
  /** Further members of the JSON that `--json` prints. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack: string;
}

const maxListedFaults = 100;

export function describeFailure(error: unknown): Failure {
  const stack = stackOf(error);
  if (error instanceof CommanderError) return { ...commanderFailure(error), faults: [], details: {}, stack };
  if (error instanceof CommandError) {
    const { message, faults, details } = error;
    return { exitCode: error instanceof UsageError ? 2 : 1, message, faults, details, stack };
  }
  return { exitCode: 1, message: messageOf(error), faults: [], details: {}, stack };
}

/** Prints the message and each fault once, to standard output as JSON or to the messages as text. */
export function printFailure(
  { message, faults, details, stack }: Failure,
  context: Pick<LocalContext, 'output' | 'messages' | 'json'> & { readonly stacks: boolean },
): void {
  if (message === null) return;
  if (context.json()) context.output.write(`${JSON.stringify({ ...details, faults, message })}\n`);
  const lines = [
    ...(context.json() ? [] : [`hourglass: ${message}`, ...faultLines(message, faults)]),
    ...(context.stacks ? [stack] : []),
  ];
  if (lines.length > 0) context.messages.write(`${lines.join('\n')}\n`);
}

export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

function commanderFailure({
  exitCode,
  code,
  message,
}: CommanderError): Pick<Failure, 'exitCode' | 'message'> {
  if (exitCode === 0) return { exitCode: 0, message: null };
  // Without a command the help text is printed.
  if (code === 'commander.help') return { exitCode: 2, message: null };
  const problem = message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  return { exitCode: 2, message: `${problem}; --help shows the usage` };
}

function messageOf(error: unknown): string {
  const reason = systemReason(error);
  if (reason === null) {
    const message = error instanceof Error ? error.message : String(error);
    return `unexpected error: ${message.replaceAll(/\s*\n\s*/g, ' ')}; --debug shows its stack`;
  }
  const path = error instanceof Error && 'path' in error ? `${String(error.path)}: ` : '';
  return `${path}${reason}`;
}

/**
 * A message may contain a fault, for readers that show only the message. A fault of many lines is
 * shown once, with its first line: a wrong format has the same faults on every line.
 */
function faultLines(message: string, faults: readonly Fault[]): readonly string[] {
  const alike = new Map<string, Set<string>>();
  for (const fault of faults) {
    if (message.includes(fault.message)) continue;
    const key = JSON.stringify([fault.field, fault.message]);
    alike.set(key, (alike.get(key) ?? new Set()).add(describeFault(fault)));
  }
  const lines = [...alike.values()].map(([...shown]) =>
    shown.length === 1 ? `  ${shown[0]}` : `  ${shown[0]} (and on ${counted(shown.length - 1, 'more line')})`,
  );
  const more = lines.length - maxListedFaults;
  return [...lines.slice(0, maxListedFaults), ...(more > 0 ? [`  and ${more} more`] : [])];
}

export function describeFault({ line, field, message }: Fault): string {
  const place = [...(line === undefined ? [] : [`line ${line}`]), ...(field === '' ? [] : [field])];
  return [...(place.length === 0 ? [] : [place.join(', ')]), message].join(': ');
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\nCaused by: ${stackOf(error.cause)}`;
}
