-- The sign-in that made a token: its bearer is the user, not a program that was given the token.
CREATE TYPE "sign_in_kind" AS ENUM ('password', 'code', 'oidc');
ALTER TABLE "tokens" ADD COLUMN "sign_in" "sign_in_kind";
