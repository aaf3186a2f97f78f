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
    terminate: () => {
      started.kill('SIGTERM');
      return untilExit;
    },
  };
}

/** Lines arrive in order: after a "still here" line, all earlier lines have arrived. */
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

describe('the log of a terminating process', () => {
  test('is complete', async () => {
    const { output, done, terminate } = start(20_000, 100);
    const written = text(output);
    expect(await done).toBe('done\n');
    await untilStillHere(output);
    expect(await terminate()).toEqual(ended);
    expect(lineNumbers(await written)).toEqual(Array.from({ length: 20_000 }, (_, line) => line));
    expect(await written).toContain('"msg":"closed"');
  });

  test('does not delay the exit after a broken pipe', async () => {
    const { output, done, terminate } = start(1, 1);
    await done;
    output.destroy();
    await finished(output).catch(() => {});
    expect(await terminate()).toEqual(ended);
  });

  test('is abandoned after half a second when its reader stalls', async () => {
    const { done, terminate } = start(1_000, 1_000);
    await done;
    const startMs = performance.now();
    expect(await terminate()).toEqual({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});

describe('an unwritable log', () => {
  test('neither stops the process nor delays its exit', async () => {
    // A file opened for reading refuses writes, like a full disk but portable.
    const unwritable = openSync(program, 'r');
    const { done, terminate } = start(1_000, 100, unwritable);
    closeSync(unwritable);
    expect(await done).toBe('done\n');
    expect(await terminate()).toEqual(ended);
  });

  test('is buffered up to a bound, beyond which whole lines are dropped', async () => {
    const characters = 10_000;
    const { output, done, terminate } = start(4_000, characters);
    expect(await done).toBe('done\n');
    const written = text(output);
    await untilStillHere(output);
    expect(await terminate()).toEqual(ended);
    const numbers = lineNumbers(await written);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(numbers.length * characters).toBeGreaterThan(15 * 2 ** 20);
    expect(numbers.length * characters).toBeLessThan(18 * 2 ** 20);
  });
});
