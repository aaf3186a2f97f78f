/** Where a test may end the process. Does nothing otherwise. */
export type CrashPoint = (name: string) => void;
