/**
 * Runs `task` for at most `timeoutMs`; a task that takes longer continues in the background.
 * @throws Error that begins with `problem` at the timeout; any error of `task`
 */
export async function within<T>(timeoutMs: number, problem: string, task: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${problem} within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([task(), late]);
  } finally {
    clearTimeout(timer);
  }
}
