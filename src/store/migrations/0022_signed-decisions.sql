ALTER TABLE "approvals" ADD COLUMN "signature" text;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "signed" text;--> statement-breakpoint
ALTER TABLE "policy_acceptances" ADD COLUMN "signature" text;--> statement-breakpoint
ALTER TABLE "policy_acceptances" ADD COLUMN "signed" text;