import { spawn } from 'node:child_process';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a program with the input and output of this process and returns its exit code. Forwards signals. */
export async function run(program, args, options = {}) {
  return (await start(program, args, { stdio: 'inherit', ...options })).code;
}

/** Runs a program silently. If it fails, prints its output and throws. */
export async function runQuietly(program, args, options = {}) {
  const { code, output } = await capture(program, args, options);
  if (code === 0) return;
  process.stderr.write(output);
  throw new Error(`${[program, ...args].join(' ')} failed with exit code ${code}`);
}

/** Runs a program and returns its exit code and its output. */
export function capture(program, args, options = {}) {
  return start(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
}

async function start(program, args, options) {
  const child = spawn(program, args, options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  let received = null;
  const forward = (signal) => {
    received = signal;
    child.kill(signal);
  };
  for (const signal of forwarded) process.on(signal, forward);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', ({ code, message }) => {
        const reason = code === 'ENOENT' ? 'not found; expected it on PATH' : message;
        reject(new Error(`${program}: ${reason}`));
      });
      child.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
    // The signal was for this script, not only for the program.
    if (received !== null) process.exit(130);
    return { code, output };
  } finally {
    for (const signal of forwarded) process.off(signal, forward);
  }
}
