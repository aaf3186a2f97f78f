// The texts of messages, without the schemas.
export { counted } from './messages/counted.ts';
export { didYouMean } from './messages/did-you-mean.ts';
export { listFaults, type ListedFault } from './messages/list-faults.ts';
export { quoted } from './messages/quoted.ts';
export { thenSentence } from './messages/then-sentence.ts';
export { visible } from './messages/visible.ts';
