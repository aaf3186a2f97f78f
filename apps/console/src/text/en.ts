import { administration } from './en/administration.ts';
import { data } from './en/data.ts';
import { filter } from './en/filter.ts';
import { frame } from './en/frame.ts';
import { queries } from './en/queries.ts';
import { queue } from './en/queue.ts';
import { records } from './en/records.ts';
import { report } from './en/report.ts';
import { result } from './en/result.ts';
import { saved } from './en/saved.ts';
import { schedules } from './en/schedules.ts';
import { shared } from './en/shared.ts';
import { shortcuts } from './en/shortcuts.ts';
import { templates } from './en/templates.ts';
import { units } from './en/units.ts';
import { usage } from './en/usage.ts';

/** The texts of the console, a file for each area. The other languages have the same files and keys; a test compares them. */
export const en = {
  ...administration,
  ...data,
  ...filter,
  ...frame,
  ...queries,
  ...queue,
  ...records,
  ...report,
  ...result,
  ...saved,
  ...schedules,
  ...shared,
  ...shortcuts,
  ...templates,
  ...units,
  ...usage,
} as const;
