ALTER TABLE "approvals" ADD COLUMN "unproven" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "interconnects" ADD COLUMN "withdrawal_unproven" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "approvals_unproven" ON "approvals" USING btree ("decided_at") WHERE "approvals"."unproven";--> statement-breakpoint
CREATE INDEX "interconnects_unproven" ON "interconnects" USING btree ("withdrawn_at") WHERE "interconnects"."withdrawal_unproven";