// The parts of the contract that readers of files need, without its schemas: browsers load them.
export { readIsoTime } from './iso-time.ts';
export { repeatedMessage, repeatedNames } from './repeated-names.ts';
