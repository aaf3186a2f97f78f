const environmentPath = (environment: string) => `/env/${encodeURIComponent(environment)}`;

/** Paths of the pages, below the path of the console. */
export const queriesPath = (environment: string) => `${environmentPath(environment)}/queries`;

export const savedReportsPath = (environment: string) => `${environmentPath(environment)}/reports`;
export const schedulesPath = (environment: string) => `${environmentPath(environment)}/schedules`;
export const newSchedulePath = (environment: string) => `${schedulesPath(environment)}/new`;
export const schedulePath = (environment: string, id: string) =>
  `${schedulesPath(environment)}/${encodeURIComponent(id)}`;
export const editSchedulePath = (environment: string, id: string) => `${schedulePath(environment, id)}/edit`;
export const newReportPath = (environment: string) => `${environmentPath(environment)}/reports/new`;
export const queryPath = (environment: string, id: string) =>
  `${queriesPath(environment)}/${encodeURIComponent(id)}`;

export const instrumentsPath = (environment: string) => `${environmentPath(environment)}/instruments`;
export const consumptionPath = (environment: string) => `${environmentPath(environment)}/consumption`;
export const ordersPath = (environment: string) => `${environmentPath(environment)}/orders`;

/** @param section of the data */
export const dataPath = (environment: string, section?: string) =>
  `${environmentPath(environment)}/data${section === undefined ? '' : `/${section}`}`;

export const usagePath = (environment: string) => `${environmentPath(environment)}/usage`;

/** @param section of the administration */
export const administrationPath = (environment: string, section?: string) =>
  `${environmentPath(environment)}/administration${section === undefined ? '' : `/${section}`}`;
