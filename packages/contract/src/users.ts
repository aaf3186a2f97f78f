import { z } from 'zod';
import { accountTime, emailAddress, newPassword, roleName } from './account-fields.ts';

export const userView = z
  .strictObject({ email: z.string(), role: roleName, created: accountTime })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof userView>;

/** Answer of `GET …/users`, in the order of the addresses. */
export const userList = z.strictObject({ users: z.array(userView) });

/** Body of `POST …/users`. */
export const createUserBody = z.strictObject({
  email: emailAddress,
  role: roleName.default('member'),
  password: newPassword.optional().describe('One is made when it is left out.'),
});
export type CreateUserBody = z.input<typeof createUserBody>;

/** Answer of `POST …/users`: the only one that ever shows the password. */
export const createdUser = userView
  .extend({ password: z.string().optional().describe('Only when it was made for the user.') })
  .meta({ id: 'CreatedUser' });
export type CreatedUser = z.infer<typeof createdUser>;

/** Body of `PATCH …/users/{email}`: what is left out stays as it is. */
export const changeUserBody = z
  .strictObject({ role: roleName, password: newPassword })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'expected "role", "password" or both');
export type ChangeUserBody = z.infer<typeof changeUserBody>;
