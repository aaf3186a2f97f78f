/** Marks a point where a test may kill the process. Otherwise it does nothing. */
export type CrashPoint = (name: string) => void;
