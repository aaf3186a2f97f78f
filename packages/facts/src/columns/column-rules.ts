import type { ColumnType } from '@hourglass/query/catalogue';
import type { ColumnRule } from './column-rule.ts';
import { booleanRule, decimalRule, floatRule, integerRule } from './number-rules.ts';
import { textRule } from './text-rule.ts';
import { anyTime, timeRule } from './time-rule.ts';

export const columnRules: Readonly<Record<ColumnType, ColumnRule>> = {
  text: textRule,
  integer: integerRule,
  decimal: decimalRule,
  float: floatRule,
  boolean: booleanRule,
  timestamp: timeRule(anyTime),
};
