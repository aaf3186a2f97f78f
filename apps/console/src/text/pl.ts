import { administration } from './pl/administration.ts';
import { data } from './pl/data.ts';
import { filter } from './pl/filter.ts';
import { frame } from './pl/frame.ts';
import { queries } from './pl/queries.ts';
import { queue } from './pl/queue.ts';
import { records } from './pl/records.ts';
import { report } from './pl/report.ts';
import { result } from './pl/result.ts';
import { saved } from './pl/saved.ts';
import { schedules } from './pl/schedules.ts';
import { shared } from './pl/shared.ts';
import { shortcuts } from './pl/shortcuts.ts';
import { templates } from './pl/templates.ts';
import { units } from './pl/units.ts';
import { usage } from './pl/usage.ts';

export const pl = {
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

export { api as plApi } from './pl/api.ts';
