export interface OrganizationScope {
  readonly organization: string;
}

export interface QueryScope extends OrganizationScope {
  readonly environment: string;
}
