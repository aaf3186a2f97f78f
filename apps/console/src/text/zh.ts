import { administration } from './zh/administration.ts';
import { data } from './zh/data.ts';
import { filter } from './zh/filter.ts';
import { frame } from './zh/frame.ts';
import { queries } from './zh/queries.ts';
import { report } from './zh/report.ts';
import { result } from './zh/result.ts';
import { shortcuts } from './zh/shortcuts.ts';
import { templates } from './zh/templates.ts';

export const zh = {
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
