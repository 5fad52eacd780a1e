ALTER TABLE "changes" ADD COLUMN "plan_askers" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "finding" json;