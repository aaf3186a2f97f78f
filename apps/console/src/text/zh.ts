import { administration } from './zh/administration.ts';
import { data } from './zh/data.ts';
import { filter } from './zh/filter.ts';
import { frame } from './zh/frame.ts';
import { queries } from './zh/queries.ts';
import { queue } from './zh/queue.ts';
import { records } from './zh/records.ts';
import { report } from './zh/report.ts';
import { result } from './zh/result.ts';
import { saved } from './zh/saved.ts';
import { schedules } from './zh/schedules.ts';
import { shared } from './zh/shared.ts';
import { shortcuts } from './zh/shortcuts.ts';
import { templates } from './zh/templates.ts';
import { units } from './zh/units.ts';
import { usage } from './zh/usage.ts';

export const zh = {
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
};

export { api as zhApi } from './zh/api.ts';
