import { ServiceUnavailable } from '@hourglass/reports';

/** The worker logs an outage once; some jobs repeat too often to log each failure. */
export async function unlessDown(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ServiceUnavailable) return 0;
    throw error;
  }
}
