import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { counted } from '@hourglass/contract/messages';
import { CommandError, UsageError, type Fault } from '../src/command-error.ts';
import { describeFailure, printFailure } from '../src/failures.ts';
import { run } from './run-in-process.ts';

function print(error: unknown, { json = false, stacks = false } = {}) {
  const texts = { output: '', messages: '' };
  const stream = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const failure = describeFailure(error);
  printFailure(failure, {
    output: stream('output'),
    messages: stream('messages'),
    json: () => json,
    stacks,
  });
  return { exitCode: failure.exitCode, ...texts };
}

const faults: readonly Fault[] = [
  { field: 'metrics[0]', message: 'found "x"; expected a metric' },
  { line: 3, field: '', message: 'not JSON' },
  { line: 3, field: 'response_size', message: 'must be a number' },
  { line: 3, field: 'response_size', message: 'must be a number' },
];
const refusal = new CommandError(
  '2 faults: metrics[0]: found "x"; expected a metric',
  { code: 'c' },
  { faults },
);

test('text shows each fault once, and none that the message contains', () => {
  expect(print(refusal)).toEqual({
    exitCode: 1,
    output: '',
    messages:
      'hourglass: 2 faults: metrics[0]: found "x"; expected a metric\n  line 3: not JSON\n  line 3, response_size: must be a number\n',
  });
});

test('text shows a hundred faults and says how many more there are; JSON has all', () => {
  const many = Array.from({ length: 250 }, (_, index) => ({
    line: index + 1,
    field: 'a',
    message: `bad ${index}`,
  }));
  const error = new CommandError('file.csv: refused', {}, { faults: many });
  const lines = print(error).messages.trimEnd().split('\n');
  expect([lines.length, lines.at(-1)]).toEqual([102, '  and 150 more']);
  expect(JSON.parse(print(error, { json: true }).output)).toEqual({
    faults: many,
    message: 'file.csv: refused',
  });
});

test('text shows a fault that many lines have once, with the first line', () => {
  const faults = [
    ...Array.from({ length: 100 }, (_, index) => ({
      line: index + 1,
      field: 'ip',
      message: 'unknown field',
    })),
    { line: 2, field: 'verb', message: 'unknown field' },
  ];
  const lines = print(new CommandError('f: refused', {}, { faults }))
    .messages.trimEnd()
    .split('\n');
  expect(lines.slice(1)).toEqual([
    '  line 1, ip: unknown field (and on 99 more lines)',
    '  line 2, verb: unknown field',
  ]);
});

test('--json prints one line with every fault and what the error adds', () => {
  const { output, messages } = print(refusal, { json: true });
  expect(JSON.parse(output)).toEqual({ code: 'c', faults, message: refusal.message });
  expect([output.split('\n').length, messages]).toEqual([2, '']);
});

test('an error of the operating system names the file, any other is one line without a stack', () => {
  const system = Object.assign(new Error("ENOENT: no such file or directory, open '/a/b'"), {
    code: 'ENOENT',
    syscall: 'open',
    path: '/a/b',
  });
  expect(print(system).messages).toBe('hourglass: /a/b: no such file or folder\n');
  const bug = new TypeError('x is not\n  a function');
  expect(print(bug).messages).toBe(
    'hourglass: unexpected error: x is not a function; --debug shows its stack\n',
  );
});

test('--debug prints the stack, with the cause', () => {
  const cause = new Error('the cause');
  const { messages } = print(new CommandError('a: b', {}, { cause }), { stacks: true });
  expect(messages).toMatch(
    /^hourglass: a: b\nCommandError: a: b\n {4}at [^]*\nCaused by: Error: the cause\n {4}at /,
  );
});

test('wrong use is exit code 2, a failure 1', () => {
  expect([print(new UsageError('x')).exitCode, print(new CommandError('x')).exitCode]).toEqual([2, 1]);
});

test.each([
  [['fly'], "unknown command 'fly'"],
  [['import', 'x'], '--org'],
  [['cancel', '--org', 'a', '--env', 'b', 'x', '--nope'], '--nope'],
  [['fields', '--dataset', 'apis'], 'Did you mean "api"?'],
  [['admin', 'exchange-rate', 'import', '--org', 'a', 'rates.txt'], '.csv or .ndjson'],
  [['sign', '/x?%zz', '--access-key', 'k', '--secret-file', '/dev/null'], '/dev/null: empty'],
])('wrong use in one line, as text and as JSON: %j', async (args, words) => {
  const text = await run(args);
  expect([text.output, text.messages.match(/\n/g)?.length]).toEqual(['', 1]);
  expect(text.messages).toContain(words);
  const json = await run([...args, '--json']);
  const { message, faults: none } = JSON.parse(json.output) as { message: string; faults: unknown };
  expect([json.code, none, json.messages]).toEqual([text.code, [], '']);
  expect(message).toContain(words);
});

test.each([
  ['HOURGLASS_TOKEN', { token: '' }, 'unset or empty'],
  ['HOURGLASS_TOKEN', { token: 'two words' }, 'printable ASCII characters without spaces'],
  ['HOURGLASS_URL', { url: 'localhost:8080' }, 'a base URL such as https://'],
  ['HOURGLASS_URL', { url: 'http://h/v1/' }, 'without "/v1"'],
  ['HOURGLASS_URL', { url: 'http://h/?a' }, 'without "/v1", user, "?" and "#"'],
  ['HOURGLASS_URL', { url: 'http://me:secret@h' }, 'http://…@h'],
])('%s %j is refused before a request', async (name, surroundings, words) => {
  const { code, messages } = await run(['wait', '--org', 'a', '--env', 'b', 'x'], surroundings);
  expect([code, messages.startsWith(`hourglass: ${name}: `)]).toEqual([1, true]);
  expect(messages).toContain(words);
  expect(messages).not.toMatch(/secret|two words/);
});

test('a token may come from a file with a byte order mark and a line end, an address may end in slashes', async () => {
  const { messages } = await run(['wait', '--org', 'a', '--env', 'b', 'x'], {
    url: 'http://127.0.0.1:1/hourglass//',
    token: '\uFEFFtoken\r\n',
  });
  expect(messages).toContain('cannot reach http://127.0.0.1:1: is it running?');
});

test.each([
  ['EPIPE', 0, ''],
  ['ENOSPC', 1, 'hourglass: standard output: no space left on the disk\n'],
])('standard output that fails with %s ends the command with code %i', async (code, exitCode, messages) => {
  const error = Object.assign(new Error(code), { code, syscall: 'write' });
  const failing = () => new Writable({ write: (_chunk, _encoding, done) => void setImmediate(done, error) });
  expect(await run(['fields'], { output: failing() })).toMatchObject({ code: exitCode, messages });
  expect(await run(['--help'], { output: failing() })).toMatchObject({ code: exitCode, messages });
});

test('counts have the number of their noun', () => {
  expect([
    counted(0, 'fact'),
    counted(1, 'fact'),
    counted('1', 'row'),
    counted(2, 'batch', 'batches'),
  ]).toEqual(['0 facts', '1 fact', '1 row', '2 batches']);
});
