-- A session in a browser that was begun with a token. It has no more rights than the token and ends with it at the latest.
ALTER TYPE "sign_in_kind" ADD VALUE 'token';
