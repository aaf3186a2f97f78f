/** Where a test wants this process to end: at a labelled point, as `kill -9` would end it; or to hang, by `hang:` before it. */
export function crashAt(chosen: string | null): (point: string) => void {
  return (point) => {
    if (point === chosen) process.kill(process.pid, 'SIGKILL');
    // Nothing of this thread runs from here on; others do.
    if (`hang:${point}` === chosen) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}
