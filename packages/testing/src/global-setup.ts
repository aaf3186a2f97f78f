import type { TestProject } from 'vitest/node';
import { serveServices } from './serve-services.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the control server through which test files start and find what they share. */
    servicesOfTheRun: string;
  }
}

/** Runs before all test files. Vitest calls the returned function after the last one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const services = await serveServices();
  project.provide('servicesOfTheRun', services.address);
  return () => services.close();
}
