import { z } from 'zod';

/** The bytes before the rows of every CSV part. */
export interface CsvLayout {
  readonly hasHeader: boolean;
  readonly hasByteOrderMark: boolean;
}

/** Length of a byte order mark in UTF-8. */
export const markBytes = 3;

const csvPlan = z.object({
  output: z.object({ header: z.boolean().optional(), bom: z.boolean().optional() }),
});

/** Reads the layout from the plan in a manifest. Plans without it have a header and no mark. */
export function csvLayoutOf(plan: unknown): CsvLayout {
  const { data } = csvPlan.safeParse(plan);
  return { hasHeader: data?.output.header ?? true, hasByteOrderMark: data?.output.bom ?? false };
}
