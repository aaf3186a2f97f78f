const environmentPath = (environment: string) => `/env/${encodeURIComponent(environment)}`;

/** Paths of the pages, below the path of the console. */
export const queriesPath = (environment: string) => `${environmentPath(environment)}/queries`;
