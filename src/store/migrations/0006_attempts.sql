ALTER TABLE "changes" ADD COLUMN "attempt_epoch" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "journal" ADD COLUMN "epoch" integer DEFAULT 0 NOT NULL;