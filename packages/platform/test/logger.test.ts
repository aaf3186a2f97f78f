import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('fixtures/logging-process.mjs', import.meta.url));
const ended = { code: 0, signal: null };
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

function start(lines: number, textCharacters: number, output: 'pipe' | number = 'pipe') {
  const started = spawn(process.execPath, [program, String(lines), String(textCharacters)], {
    stdio: ['ignore', output, 'pipe'],
  });
  child = started;
  const untilExit = once(started, 'exit').then(([code, signal]) => ({ code, signal }));
  return {
    output: started.stdout as Readable,
    done: once(started.stderr as Readable, 'data').then(String),
    toldToEnd: () => {
      started.kill('SIGTERM');
      return untilExit;
    },
  };
}

/** Lines come in order: once the process tells that it is still there, everything before has arrived. */
async function untilStillHere(output: Readable): Promise<void> {
  let end = '';
  while (!end.includes('still here')) {
    const [chunk] = await once(output, 'data');
    end = end.slice(-20) + String(chunk);
  }
}

const lineNumbers = (written: string) =>
  written
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { line?: number })
    .flatMap(({ line }) => (line === undefined ? [] : [line]));

describe('the log of a process that ends', () => {
  test('is whole', async () => {
    const { output, done, toldToEnd } = start(20_000, 100);
    const written = text(output);
    expect(await done).toBe('done\n');
    await untilStillHere(output);
    expect(await toldToEnd()).toEqual(ended);
    expect(lineNumbers(await written)).toEqual(Array.from({ length: 20_000 }, (_, line) => line));
    expect(await written).toContain('"msg":"closed"');
  });

  test('does not keep it from ending when its reader is gone', async () => {
    const { output, done, toldToEnd } = start(1, 1);
    await done;
    output.destroy();
    await finished(output).catch(() => {});
    expect(await toldToEnd()).toEqual(ended);
  });

  test('is given up after half a second when its reader sleeps', async () => {
    const { done, toldToEnd } = start(1_000, 1_000);
    await done;
    const toldAtMs = performance.now();
    expect(await toldToEnd()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - toldAtMs).toBeLessThan(5_000);
  });
});

describe('a log that cannot be written', () => {
  test('does not end its process, which ends when it is told to', async () => {
    // As a full disk, but on every system: what is open for reading takes no line.
    const unwritable = openSync(program, 'r');
    const { done, toldToEnd } = start(1_000, 100, unwritable);
    closeSync(unwritable);
    expect(await done).toBe('done\n');
    expect(await toldToEnd()).toEqual(ended);
  });

  test('costs no more memory than a bound: lines that a sleeping reader does not take are lost as wholes', async () => {
    const characters = 10_000;
    const { output, done, toldToEnd } = start(4_000, characters);
    expect(await done).toBe('done\n');
    const written = text(output);
    await untilStillHere(output);
    expect(await toldToEnd()).toEqual(ended);
    const numbers = lineNumbers(await written);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(numbers.length * characters).toBeGreaterThan(15 * 2 ** 20);
    expect(numbers.length * characters).toBeLessThan(18 * 2 ** 20);
  });
});
