import { failureReasons } from './failure-reasons.ts';
import { fieldDescriptions } from './field-descriptions.ts';

export const api = { ...fieldDescriptions, ...failureReasons };
