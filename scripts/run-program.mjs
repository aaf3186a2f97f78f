import { spawn } from 'node:child_process';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a program to its end with our own input and output. Answers its exit code; signals to us reach it. */
export async function run(program, args, options = {}) {
  return (await start(program, args, { stdio: 'inherit', ...options })).code;
}

/** Runs a program and shows its output only when it fails, which is an error then. */
export async function runQuietly(program, args, options = {}) {
  const { code, output } = await capture(program, args, options);
  if (code === 0) return;
  process.stderr.write(output);
  throw new Error(`${[program, ...args].join(' ')} failed with exit code ${code}`);
}

/** Runs a program and answers its exit code and everything it wrote. */
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
      child.once('error', reject);
      child.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
    // Whoever asked us to stop meant us, not only the program.
    if (received !== null) process.exit(130);
    return { code, output };
  } finally {
    for (const signal of forwarded) process.off(signal, forward);
  }
}
