import type { ContractClient } from './contract-client.ts';
import type { CheckedDocument } from './document-check.ts';
import type { NodeProcess } from './node-process.ts';
import type { NewTestTenant, TestTenant } from './test-tenant.ts';

/** An organization on a running system, with the environments `prod` and `test`. */
export interface TestSystem extends TestTenant {
  readonly password: string;
  /** For the environment `prod`, with the token. */
  readonly client: ContractClient;
  readonly url: string;
  /** The OpenAPI document of the API. Every response that a test fetches is checked against it. */
  readonly document: CheckedDocument;
  readonly databaseUrl: string;
  readonly dataDirectory: string;
  clientOf(organization: string, environment: string, authorization?: string): ContractClient;
  /** Creates one more organization. */
  createTenant(tenant?: NewTestTenant): Promise<TestTenant>;
  /** Starts one more worker with additional settings. */
  startWorker(settings?: Readonly<Record<string, string>>): NodeProcess;
  /** Starts one more API over the same services, with additional settings. Returns its URL. */
  startApi(settings?: Readonly<Record<string, string>>): Promise<string>;
  /** Runs a command of the command line to its end, with the organization's token. */
  runCli(...args: string[]): Promise<{ code: number | null; output: string }>;
  /** The lines that the API has written since this test file began to use it. */
  apiLog(): Promise<readonly string[]>;
  stop(): Promise<void>;
}
