export { createDoorbell, type DoorbellOptions } from './doorbell.ts';
export { openConsumer, type Consumer, type ConsumerLog, type ConsumerOptions } from './consumer.ts';
