-- Pages that show a result, or a report that runs when they are opened, to every bearer of their secret. A report that is deleted
-- leaves its views, which then say so.
CREATE TABLE "shared_views" (
    "id" UUID NOT NULL,
    "environment_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "token_id" UUID,
    "query_id" UUID,
    "report_id" UUID,
    "filter" TEXT,
    "shown_query_id" UUID,
    "title" TEXT,
    "frame_origins" TEXT[],
    "secret_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "shared_views_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "shared_views_environment_id_created_at_idx" ON "shared_views"("environment_id", "created_at");
CREATE INDEX "shared_views_user_id_idx" ON "shared_views"("user_id");
CREATE INDEX "shared_views_token_id_idx" ON "shared_views"("token_id");
CREATE INDEX "shared_views_query_id_idx" ON "shared_views"("query_id");
CREATE INDEX "shared_views_shown_query_id_idx" ON "shared_views"("shown_query_id");
ALTER TABLE "shared_views" ADD CONSTRAINT "shared_views_environment_id_fkey"
    FOREIGN KEY ("environment_id") REFERENCES "environments"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "shared_views" ADD CONSTRAINT "shared_views_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "shared_views" ADD CONSTRAINT "shared_views_token_id_fkey"
    FOREIGN KEY ("token_id") REFERENCES "tokens"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "shared_views" ADD CONSTRAINT "shared_views_query_id_fkey"
    FOREIGN KEY ("query_id") REFERENCES "queries"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
ALTER TABLE "shared_views" ADD CONSTRAINT "shared_views_shown_query_id_fkey"
    FOREIGN KEY ("shown_query_id") REFERENCES "queries"("id") ON DELETE SET NULL ON UPDATE RESTRICT;
