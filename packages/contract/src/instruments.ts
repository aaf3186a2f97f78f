import { z } from 'zod';

/** Totals are numbers, the figures of an instrument the same as texts. */
function totals<const Name extends string>(...names: readonly Name[]) {
  return z
    .strictObject({
      total: z.strictObject(figures(names, z.number())),
      detail: z.array(z.strictObject({ equipment: z.string(), ...figures(names, z.string()) })),
    })
    .optional();
}

function buckets<const Name extends string>(names: readonly Name[], figure: z.ZodString | z.ZodNumber) {
  return z
    .strictObject({ detail: z.array(z.strictObject({ date: z.string(), ...figures(names, figure) })) })
    .optional();
}

function figures<Name extends string, Figure>(names: readonly Name[], figure: Figure): Record<Name, Figure> {
  return Object.fromEntries(names.map((name) => [name, figure])) as Record<Name, Figure>;
}

/** Answer of `GET /dashboard`: a member for each resource that was asked for. */
export const dashboard = z
  .strictObject({
    charge: totals('charge_amount'),
    follow: totals('follow_numbers'),
    record: totals('use_numbers', 'service_times', 'service_time'),
    sample: totals('sample_times'),
    status: totals('break_time', 'break_times'),
    training: totals('training_times', 'approved_times'),
  })
  .meta({ id: 'Dashboard' });

/** Answer of `GET /charts`: a member for each resource that was asked for. */
export const charts = z
  .strictObject({
    charge: buckets(['charge_amount'], z.string()),
    record: buckets(['use_numbers', 'service_times', 'service_time'], z.string()),
    sample: buckets(['sample_times'], z.string()),
    status: buckets(['break_time', 'break_times'], z.number()),
    training: buckets(['training_times', 'approved_times'], z.number()),
  })
  .meta({ id: 'Charts' });

/** How the two calls tell what is wrong. */
export const instrumentsError = z
  .strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) })
  .meta({ id: 'InstrumentsError' });

export type InstrumentsError = z.infer<typeof instrumentsError>;
