import { formatDuration } from '../../text/quantities.ts';

/** Returns a duration of the contract, such as `2 sec`, in the language. Another text stays as it is. */
export function runTimeText(executionTime: string, tag: string): string {
  const [, seconds] = /^(\d+) sec$/.exec(executionTime) ?? [];
  return seconds === undefined ? executionTime : formatDuration(Number(seconds), tag);
}
