import { organizationPath } from '../../api-client.ts';

export function usersPath(organization: string): string {
  return `${organizationPath(organization)}/users`;
}

export function userPath(organization: string, email: string): string {
  return `${usersPath(organization)}/${encodeURIComponent(email)}`;
}
