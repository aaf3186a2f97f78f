-- The targets to which the runs of a schedule are delivered. They outlive the schedule as long as deliveries to them do.
ALTER TABLE "delivery_targets" ADD COLUMN "schedule_id" UUID;
ALTER TABLE "delivery_targets" ADD COLUMN "place" INTEGER NOT NULL DEFAULT 0;
CREATE INDEX "delivery_targets_schedule_id_place_idx" ON "delivery_targets"("schedule_id", "place");
ALTER TABLE "delivery_targets" ADD CONSTRAINT "delivery_targets_schedule_id_fkey"
    FOREIGN KEY ("schedule_id") REFERENCES "schedules"("id") ON DELETE SET NULL ON UPDATE RESTRICT;
