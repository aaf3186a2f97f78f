import { data } from './pl/data.ts';
import { frame } from './pl/frame.ts';
import { queries } from './pl/queries.ts';
import { report } from './pl/report.ts';
import { result } from './pl/result.ts';
import { shortcuts } from './pl/shortcuts.ts';

export const pl = { ...data, ...frame, ...queries, ...report, ...result, ...shortcuts };
