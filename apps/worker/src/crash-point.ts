/**
 * Returns a function that ends this process like `kill -9` when it reaches the point named `chosen`. With the prefix
 * `hang:` the thread hangs there instead. For tests; null never crashes.
 */
export function crashAt(chosen: string | null): (point: string) => void {
  return (point) => {
    if (point === chosen) process.kill(process.pid, 'SIGKILL');
    // Blocks this thread for ever; other threads continue.
    if (`hang:${point}` === chosen) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}
