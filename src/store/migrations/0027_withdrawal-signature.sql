ALTER TABLE "interconnects" ADD COLUMN "withdrawal_signed" text;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "withdrawal_signature" text;