import { administration } from './pl/administration.ts';
import { data } from './pl/data.ts';
import { filter } from './pl/filter.ts';
import { frame } from './pl/frame.ts';
import { queries } from './pl/queries.ts';
import { report } from './pl/report.ts';
import { result } from './pl/result.ts';
import { shortcuts } from './pl/shortcuts.ts';
import { templates } from './pl/templates.ts';

export const pl = {
  ...administration,
  ...data,
  ...filter,
  ...frame,
  ...queries,
  ...report,
  ...result,
  ...shortcuts,
  ...templates,
};
