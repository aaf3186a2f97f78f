/**
 * Conditions of policies. Subqueries make each setting an init plan, which PostgreSQL evaluates once
 * per statement; a plain comparison lets it fold the statement's own equal condition with the policy,
 * so that plans and estimates stay the same. An unset setting matches no row.
 */

const environment = `(select nullif(current_setting('hourglass.environment', true), '')::integer)`;
const organizationName = `(select current_setting('hourglass.organization', true))`;

export const everyRow = 'true';

/** Matches rows of the environment of the scope. */
export const inEnvironment = `environment_id = ${environment}`;
export const theEnvironment = `id = ${environment}`;
/** The policy of environments shows one row. */
export const organizationOfEnvironment = (column: string) =>
  `${column} = (select organization_id from environments)`;

/** Matches the organization of the scope. */
export const theOrganization = `name = ${organizationName}`;
/** Matches rows that outlive their organization. */
export const inNamedOrganization = `organization = ${organizationName}`;
/** The policy of organizations shows one row. */
export const inOrganization = `organization_id = (select id from organizations)`;
/** The scope may name one environment. */
export const environmentsOfOrganization = `${inOrganization}
  and name = coalesce((select nullif(current_setting('hourglass.environment_name', true), '')), name)`;
/** The policy of environments shows those of the scope. */
export const inEnvironmentsOfOrganization = `environment_id = any(array(select id from environments))`;
export const ofUserOfOrganization = `exists (select from users where users.id = user_id)`;
/** A link also belongs to a query of the organization. */
export const linkOfOrganization = `${ofUserOfOrganization}
  and exists (select from queries where queries.id = query_id)`;

/** Matches rows of the tenants that the requests of a batch of reads name. */
export const inNamedTenants = `environment_id = any(array(
  select environments.id
    from unnest(nullif(current_setting('hourglass.organizations', true), '')::text[],
                nullif(current_setting('hourglass.environments', true), '')::text[])
           as named (organization, environment)
    join organizations on organizations.name = named.organization
    join environments on environments.organization_id = organizations.id
                     and named.environment in ('', environments.name)))`;
