// What readers of files need of the contract, without its schemas: browsers load it.
export { readIsoTime } from './iso-time.ts';
export { repeatedMessage, repeatedNames } from './repeated-names.ts';
