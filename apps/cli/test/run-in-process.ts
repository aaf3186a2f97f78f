import { PassThrough, Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCommandLine } from '../src/run-command-line.ts';

export interface Run {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
}

interface Surroundings {
  readonly url?: string;
  readonly token?: string;
  readonly input?: string | Buffer | Readable;
  readonly stop?: AbortSignal;
  /** Takes the place of standard output. */
  readonly output?: Writable;
}

/** Runs a command in this process, with streams of its own. */
export async function run(
  args: readonly string[],
  { url = 'http://127.0.0.1:1', token = 'token', input = '', stop, output }: Surroundings = {},
): Promise<Run> {
  const printed = new PassThrough();
  const messages = new PassThrough();
  const texts = Promise.all([text(printed), text(messages)]);
  const code = await runCommandLine({
    args,
    environment: { HOURGLASS_URL: url, HOURGLASS_TOKEN: token },
    input: input instanceof Readable ? input : Readable.from([Buffer.from(input)]),
    output: output ?? printed,
    messages,
    stop: stop ?? new AbortController().signal,
  });
  printed.end();
  messages.end();
  const [outputText, messagesText] = await texts;
  return { code, output: outputText, messages: messagesText };
}
