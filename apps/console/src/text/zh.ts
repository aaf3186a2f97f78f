import { data } from './zh/data.ts';
import { frame } from './zh/frame.ts';
import { queries } from './zh/queries.ts';
import { report } from './zh/report.ts';
import { result } from './zh/result.ts';
import { shortcuts } from './zh/shortcuts.ts';

export const zh = { ...data, ...frame, ...queries, ...report, ...result, ...shortcuts };
