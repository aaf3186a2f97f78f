-- The credentials and links of a suspended organization are refused, and its queries wait.
ALTER TABLE "organizations" ADD COLUMN "suspended_at" TIMESTAMPTZ(3),
ADD COLUMN "last_used_at" TIMESTAMPTZ(3);

ALTER TABLE "tokens" ADD COLUMN "last_used_at" TIMESTAMPTZ(3);

-- A link to an archive works while its row exists: it ends with its user, its token and its query.
CREATE TABLE "result_links" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "query_id" UUID NOT NULL,
    "user_id" INTEGER NOT NULL,
    "token_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "result_links_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "result_links_query_id_idx" ON "result_links"("query_id");

CREATE INDEX "result_links_user_id_idx" ON "result_links"("user_id");

CREATE INDEX "result_links_token_id_idx" ON "result_links"("token_id");

CREATE INDEX "result_links_expires_at_idx" ON "result_links"("expires_at");

ALTER TABLE "result_links" ADD CONSTRAINT "result_links_query_id_fkey" FOREIGN KEY ("query_id") REFERENCES "queries"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "result_links" ADD CONSTRAINT "result_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "result_links" ADD CONSTRAINT "result_links_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "tokens"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
